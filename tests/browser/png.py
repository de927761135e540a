"""Makes the pictures of the documents small: at most 256 colours, of which a page of text needs hardly more."""

import base64
import struct
import zlib

from playwright.sync_api import Page

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE, INDEXED = 256, 3
APART = 50
"""Squared distance of two colours that are worth a place each: so a rare hue keeps one beside the many greys."""
PIXELS = """async ([encoded, most, apart]) => {
    const bytes = Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
    const channels = colour => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
    const counts = new Map();
    for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
    const colours = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
    const palette = [];
    const distances = wanted => palette.map(kept => kept.reduce((sum, one, n) => sum + (one - wanted[n]) ** 2, 0));
    for (const colour of colours.map(channels)) {
        if (palette.length < most && Math.min(...distances(colour)) >= apart) palette.push(colour);
    }
    const nearest = wanted => {
        const away = distances(wanted);
        return away.indexOf(Math.min(...away));
    };
    const places = new Map(colours.map(colour => [colour, nearest(channels(colour))]));
    const letters = Array.from(pixels, colour => String.fromCharCode(places.get(colour)));
    return [image.width, palette.flat(), btoa(letters.join(""))];
}"""
"""What Chromium reads in a picture: width, the colours that are kept, and for each pixel the nearest of them."""


def smaller(page: Page, picture: bytes) -> bytes:
    """The same picture with fewer colours. `page` may show anything; it does the reading."""
    width, palette, encoded = page.evaluate(PIXELS, [base64.b64encode(picture).decode(), PALETTE, APART])
    places = base64.b64decode(encoded)
    lines = [places[start : start + width] for start in range(0, len(places), width)]
    unfiltered = b"".join(b"\0" + line for line in lines)
    return SIGNATURE + b"".join(
        [
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(lines), 8, INDEXED, 0, 0, 0)),
            _chunk(b"PLTE", bytes(palette)),
            _chunk(b"IDAT", zlib.compress(unfiltered, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    """See https://www.w3.org/TR/png-3/#5Chunk-layout."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
