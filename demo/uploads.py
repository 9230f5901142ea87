"""Pictures from strangers: looked at before they are decoded, made smaller, and never kept as they came."""

import threading

from PIL import Image

from lecture_utils.data import upright_rgb

MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
SIDE = 1600  # pixels; what is larger is made smaller
LEAST = 32  # pixels; what is smaller, or becomes so, is refused
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")

Image.MAX_IMAGE_PIXELS = None  # MOST_PIXELS is checked below, before anything is decoded
_one_at_a_time = threading.Lock()  # a picture of 40 megapixels takes up to 300 MB while it is decoded


class Refused(Exception):
    """A picture that is not taken. The message is for the person who sent it; `status` is that of HTTP."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


def picture(stream):
    """The picture in `stream` as RGB: upright as its EXIF data say, at most SIDE pixels a side, on white.

    Only its content tells what it is; name and MIME type are not looked at. Raises Refused.
    """
    with _one_at_a_time:
        try:
            image = Image.open(stream, formats=FORMATS)
        except Exception as error:  # the decoders raise whatever the file makes them
            raise Refused("This file is no JPEG, PNG, WebP or BMP picture.", 415) from error
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise Refused(
                f"This picture has {width} × {height} pixels, more than {MOST_PIXELS / 1e6:.0f} million.", 413
            )
        if min(width, height) * min(1, SIDE / max(width, height)) < LEAST:
            raise Refused(
                f"This picture, {width} × {height}, is too small or too narrow: at least {LEAST} pixels a side are "
                f"needed, also when the longer one is made {SIDE}.",
                422,
            )
        try:
            return upright_rgb(image, SIDE)
        except Exception as error:
            raise Refused("This picture is damaged: it cannot be decoded to its end.", 422) from error
