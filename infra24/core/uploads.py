"""How much somebody may send as files."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_BODY = LARGEST_FILE + 256 * 1024
"""A file with the fields and boundaries around it."""


class BoundedUploadHandler(FileUploadHandler):
    """Refuses a body that is too large before any of it is read, so that nobody fills the disk with uploads.

    The first of the handlers; it passes everything on to the others.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django calls it so
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if content_length > LARGEST_BODY:
            raise RequestDataTooBig("The body holds larger files than are taken.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
