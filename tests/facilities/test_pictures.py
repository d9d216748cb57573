"""Photos: what is taken, what is made of it, and who may see it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from infra24.core.uploads import LARGEST_FILE
from infra24.facilities.errors import PictureInvalid, PictureTooLarge
from infra24.facilities.pictures import renditions
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.recorded import recorded_facts

RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def picture(kind: str = "JPEG", size: tuple[int, int] = (2000, 1000), mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, RED if mode == "RGB" else None).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_format_becomes_two_small_jpegs(kind: str) -> None:
    made = {name: opened(data) for name, data in renditions(picture(kind)).items()}

    assert {name: (one.format, one.size) for name, one in made.items()} == {
        "1600": ("JPEG", (1600, 800)),
        "480": ("JPEG", (480, 240)),
    }


def test_small_pictures_are_not_enlarged() -> None:
    assert opened(renditions(picture(size=(300, 200)))["1600"]).size == (300, 200)


def test_a_picture_is_turned_upright_and_loses_all_it_tells_besides() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its right side
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"

    made = opened(renditions(picture(size=(400, 200), exif=exif, comment=b"from my garden"))["480"])

    assert made.size == (200, 400)
    assert (dict(made.getexif()), made.info.get("comment"), "icc_profile" in made.info) == ({}, None, False)


def test_what_is_transparent_is_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")

    pixel = opened(renditions(out.getvalue())["480"]).getpixel((10, 10))

    assert pixel == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff\xe0 no more than the beginning",
        picture()[:500],
        picture("PNG")[:60],
        picture("BMP", size=(10, 10)),
        picture("TIFF", size=(10, 10)),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureInvalid):
        renditions(data)


@pytest.mark.parametrize("size", [(8000, 5001), (20_000, 10_000)])
def test_what_would_unpack_too_large_is_refused(size: tuple[int, int]) -> None:
    bomb = picture("PNG", size=size, mode="1")
    assert len(bomb) < 200_000

    with pytest.raises(PictureTooLarge):
        renditions(bomb)


def test_what_is_too_many_bytes_is_refused() -> None:
    with pytest.raises(PictureTooLarge):
        renditions(b"x" * (LARGEST_FILE + 1))


def put(member: Any, resource: Resource, data: bytes, alt: str = "A red room", **headers: str) -> Any:
    form = encode_multipart(BOUNDARY, {"photo": SimpleUploadedFile("a.jpg", data), "alt": alt})
    headers = {"Infra24-Organisation": "oolite", **headers}
    path = f"/api/resources/{resource.pk}/photo"
    return make.client(member).generic("PUT", path, form, MULTIPART_CONTENT, headers=headers)


@pytest.mark.django_db
def test_a_photo_is_put_shown_and_taken_away(folder: Path) -> None:
    cast = make.cast(alice=Role.MANAGER)
    room = make.resource(cast.house)

    answer = put(cast.alice, room, picture())

    photo = answer.json()["photo"]
    assert (answer.status_code, photo["alt"], answer["ETag"]) == (200, "A red room", '"2"')
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.jpg"))
    stem = photo["large"].rpartition("/")[2].removesuffix("-1600.jpg")
    assert files == [f"{cast.house.pk}/{stem}-{size}.jpg" for size in ("1600", "480")]
    shown = make.client().get(photo["small"])
    assert opened(shown.content).size == (480, 240)
    headers = ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control")
    assert [shown[name] for name in headers] == [
        "image/jpeg",
        "sandbox; default-src 'none'",
        "nosniff",
        "public, max-age=31536000, immutable",
    ]
    gone = make.client(cast.alice).delete(f"/api/resources/{room.pk}/photo", headers={"Infra24-Organisation": "oolite"})
    assert gone.json()["photo"] is None
    assert make.client().get(photo["small"]).status_code == 404
    with acting_for(cast.house.pk):
        assert recorded_facts() == ["resource.changed", "resource.changed"]


@pytest.mark.django_db
def test_a_photo_is_seen_by_whoever_may_see_the_resource(folder: Path) -> None:
    cast = make.cast(alice=Role.MANAGER)
    room = make.resource(cast.house)
    url = put(cast.alice, room, picture()).json()["photo"]["large"]

    def seen(**values: Any) -> list[int]:
        with acting_for(cast.house.pk):
            Resource.objects.filter(pk=room.pk).update(**values)
        callers = (None, cast.charlie, cast.bob, cast.alice)
        return [make.client(caller).get(url).status_code for caller in callers]

    assert seen(visible_to="everyone") == [200, 200, 200, 200]
    assert seen(visible_to="member") == [404, 404, 200, 200]
    assert make.client(cast.bob).get(url)["Cache-Control"].startswith("private")
    assert seen(visible_to="staff") == [404, 404, 404, 200]
    assert seen(visible_to="everyone", archived_at=make.NOON) == [404, 404, 404, 200]
    assert make.client(cast.charlie).get(url.replace("oolite", "elsewhere")).status_code == 404
    assert make.client().get("/o/oolite/media/secret_key.jpg").status_code == 404


@pytest.mark.django_db
def test_what_is_wrong_with_a_photo_is_told_and_changes_nothing(folder: Path) -> None:
    cast = make.cast(alice=Role.MANAGER)
    room = make.resource(cast.house)

    refusals = [
        put(cast.alice, room, b"no picture"),
        put(cast.alice, room, picture(), alt=" "),
        put(cast.alice, room, b"x" * (LARGEST_FILE + 1_000_000)),
        put(cast.alice, room, picture(), **{"If-Match": '"7"'}),
        put(cast.bob, room, picture()),
        put(cast.charlie, room, picture()),
    ]

    assert [answer.status_code for answer in refusals] == [422, 422, 413, 412, 403, 404]
    assert [answer.json()["code"] for answer in refusals[:3]] == ["picture_invalid", "picture_invalid", "too_large"]
    plain = make.client(cast.alice).put(
        f"/api/resources/{room.pk}/photo", b"{}", "application/json", headers={"Infra24-Organisation": "oolite"}
    )
    assert plain.status_code == 400
    with acting_for(cast.house.pk):
        assert (Resource.objects.get(pk=room.pk).photo, recorded_facts()) == ("", [])


@pytest.mark.django_db
def test_the_page_takes_a_photo_changes_its_words_and_takes_it_away(folder: Path) -> None:
    cast = make.cast(alice=Role.MANAGER)
    room = make.resource(cast.house)
    page, path = make.client(cast.alice), f"/o/oolite/admin/resources/{room.pk}/photo"

    def stored() -> tuple[bool, str]:
        with acting_for(cast.house.pk):
            row = Resource.objects.get(pk=room.pk)
        return bool(row.photo), row.photo_alt

    missing = page.post(path, {"alt": "A red room"})
    assert missing.status_code == 422
    broken = page.post(path, {"alt": "A red room", "photo": SimpleUploadedFile("a.jpg", b"no")})
    assert (broken.status_code, "cannot" in broken.content.decode() or "can read" in broken.content.decode()) == (
        422,
        True,
    )
    sent = page.post(path, {"alt": "A red room", "photo": SimpleUploadedFile("a.jpg", picture())})
    assert (sent.status_code, stored()) == (302, (True, "A red room"))
    assert page.post(path, {"alt": "A room"}).status_code == 302
    assert stored() == (True, "A room")
    html = page.get(f"/o/oolite/admin/resources/{room.pk}").content.decode()
    assert 'alt="A room"' in html
    page.post(path, {"remove": "1"})
    assert stored() == (False, "")
    large = page.post(path, {"alt": "A", "photo": SimpleUploadedFile("a.jpg", b"x" * (LARGEST_FILE + 1_000_000))})
    assert large.status_code == 413
