"""A photo as it is kept: JPEG, no larger than a screen, upright, and without where and by what it was taken."""

from io import BytesIO

from models.photo import MOST, MOST_FETCHED

LONGEST_SIDE = 1600
# More than any telephone takes; what says that it holds more would fill the memory.
MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITIES = (85, 70, 50)


class Unusable(ValueError):  # noqa: N818  (what came, not a fault of ours)
    """It is no photo, or a larger one than is taken."""


def prepare(raw: bytes) -> bytes:
    """The photo, drawn anew, so that nothing but the picture is left of it. Raises Unusable."""
    from PIL import Image, ImageOps

    if len(raw) > MOST_FETCHED:
        raise Unusable("the file is too large")
    try:
        with Image.open(BytesIO(raw), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unusable("the picture has too many pixels")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except Unusable:
        raise
    except Exception as error:
        # Whatever a broken file makes the library say: it is no photo.
        raise Unusable(type(error).__name__) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    for quality in _QUALITIES:
        written = BytesIO()
        clean.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= MOST:
            return written.getvalue()
    raise Unusable("the picture is too large")
