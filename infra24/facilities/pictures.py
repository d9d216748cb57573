"""What people upload as a picture, made into two small JPEGs that hold nothing but the picture. No Django here."""

import struct
import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageOps

from infra24.core.uploads import LARGEST_FILE
from infra24.facilities.errors import PictureInvalid, PictureTooLarge

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS: Final = 40_000_000
WIDTHS: Final[Mapping[str, int]] = {"1600": 1600, "480": 480}
"""Pixels by the name of the size."""
TALLEST: Final = 2
"""A picture is at most this many times as high as wide may be: nobody scrolls through a thumbnail."""
_BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow raises for files that are not what they say."""


def renditions(data: bytes) -> dict[str, bytes]:
    """A picture turned upright, on white, in each of WIDTHS but never enlarged, as JPEG without any metadata.

    Of a moving picture the first moment. Raises PictureInvalid, PictureTooLarge.
    """
    if len(data) > LARGEST_FILE:
        raise PictureTooLarge
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _renditions(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except _BROKEN as error:
        raise PictureInvalid from error


def _renditions(data: bytes) -> dict[str, bytes]:
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        # Known from the header: nothing has been unpacked yet.
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureTooLarge
        largest = max(WIDTHS.values())
        opened.draft("RGB", (largest, largest * TALLEST))
        upright = ImageOps.exif_transpose(opened)
        picture = _in_srgb(_on_white(upright), upright.info.get("icc_profile"))
    found = {}
    for name, width in WIDTHS.items():
        small = picture.copy()
        small.thumbnail((width, width * TALLEST), Image.Resampling.LANCZOS)
        out = BytesIO()
        small.save(out, "JPEG", quality=82, optimize=True, progressive=True)
        found[name] = out.getvalue()
    return found


def _on_white(image: Image.Image) -> Image.Image:
    """Opaque, as RGB, in a new image: comments and profiles stay with the old one."""
    clean = Image.new("RGB", image.size, "white")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        clean.paste(layer, mask=layer.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    return clean


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as browsers take them, where the picture came with colours of its own: the profile does not go along."""
    if not profile:
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, *_BROKEN):
        return image  # a profile that cannot be read, or one of another kind of colours
    return _on_white(turned) if turned else image
