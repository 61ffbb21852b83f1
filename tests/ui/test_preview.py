"""Pictures that customers send: small ones are shown, hostile ones are told of."""

from __future__ import annotations

import io
import struct
import sys
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from omnidesk.core.model import Attachment
from omnidesk.ui import decoding, preview
from omnidesk.ui.preview import NoPicture, Pixels, Preview, pixels_of
from tests.ui.house import screen_text, until
from tests.ui.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ui.house import House

"""textual-image 0.12 on Pillow 13."""

RED, BLUE = (220, 20, 20), (20, 20, 220)
BOX = (320, 320)


def drawn(kind: str, size: tuple[int, int] = (64, 32), mode: str = "RGB", **more: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **more)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large, and goes on to be nothing but zeros."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    packed = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def near(pixel: bytes, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 60 for a, b in zip(pixel, colour, strict=True))


async def decoded(tmp_path: Path, content: bytes) -> Pixels | NoPicture:
    path = tmp_path / "blob"
    path.write_bytes(content)
    return await pixels_of(path, BOX)


@pytest.mark.parametrize(
    "content",
    [
        drawn("PNG"),
        drawn("PNG", mode="P"),
        drawn("PNG", mode="RGBA"),
        drawn("JPEG"),
        drawn("JPEG", mode="CMYK"),
        drawn("GIF", mode="P"),
        drawn("WEBP", lossless=True),
        drawn("PNG", size=(4000, 2000)),
    ],
    ids=["png", "palette", "alpha", "jpeg", "cmyk", "gif", "webp", "large"],
)
async def test_a_picture_becomes_pixels_in_its_box(tmp_path: Path, content: bytes) -> None:
    found = await decoded(tmp_path, content)
    assert isinstance(found, Pixels)
    assert found.width <= BOX[0]
    assert found.height <= BOX[1]
    assert found.width == 2 * found.height
    middle = found.width * (found.height // 2) * 3
    assert near(found.raw[middle : middle + 3], RED)
    last = middle + (found.width - 1) * 3
    assert near(found.raw[last : last + 3], BLUE)


async def test_of_a_picture_that_moves_the_first_frame_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE, BLUE)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    found = await decoded(tmp_path, out.getvalue())
    assert isinstance(found, Pixels)
    assert near(found.raw[:3], RED)


async def test_a_photo_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Exif 2.3, Orientation: turned by a quarter
    found = await decoded(tmp_path, drawn("JPEG", exif=exif))
    assert isinstance(found, Pixels)
    assert found.height == 2 * found.width
    assert near(found.raw[:3], RED)
    assert near(found.raw[-3:], BLUE)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "format"),
        (b"not a picture", "format"),
        (b"\xff\xd8\xff", "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
        (drawn("BMP"), "format"),
        (drawn("TIFF"), "format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "format"),
        (drawn("PNG")[:-40], "broken"),
        (drawn("JPEG")[:300], "broken"),
        (drawn("WEBP")[:60], "broken"),
        (drawn("GIF", mode="P")[:30], "broken"),
        (bomb(60_000, 60_000), "large"),
        (bomb(10_000, 5_000), "large"),
        (bomb(0, 5), "broken"),
        (bomb(2**31 - 1, 2**31 - 1), "large"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "broken"),
    ],
)
async def test_what_is_no_picture_or_too_much_of_one_is_told(
    tmp_path: Path, content: bytes, why: str
) -> None:
    began = time.monotonic()
    found = await decoded(tmp_path, content)
    assert isinstance(found, NoPicture)
    assert found.why in {why, "format" if why == "broken" else why}
    assert found.why in preview._WHY_NOT
    assert time.monotonic() - began < 10


async def test_a_file_that_is_too_long_is_not_read_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MOST_BYTES", 10)
    assert await decoded(tmp_path, drawn("PNG")) == NoPicture(why="large")


async def test_a_decoder_that_hangs_or_dies_takes_nothing_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "decoder.py"
    monkeypatch.setattr(decoding, "__file__", str(program))
    monkeypatch.setattr(preview, "_DECODE_SECONDS", 1.0)
    for text, why in (
        ("import time; time.sleep(60)", "time"),
        ("import os; os.abort()", "program"),
        ("import sys\nwhile True: sys.stdout.write('x' * 1000000)", "program"),
        ('print(\'{"width": 9, "height": 9, "own": [9, 9]}\')', "broken"),
    ):
        program.write_text(text)
        assert await decoded(tmp_path, drawn("PNG")) == NoPicture(why=why)


def test_the_decoder_has_little_memory_and_no_files_to_write(tmp_path: Path) -> None:
    import resource
    import subprocess

    told = (
        "import resource, sys; sys.argv = ['x', '/dev/null', '9', '9']\n"
        "from omnidesk.ui import decoding\n"
        "decoding.main()\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit("
        "resource.RLIMIT_FSIZE)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.splitlines()[-1] == f"{1536 * 1024 * 1024} 0"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


async def sent(acme: House, *contents: tuple[str, bytes]) -> int:
    """A letter with files."""
    stored = acme.store.blobs.put([content for _, content in contents])
    files = tuple(
        Attachment(id=0, name=name, media_type="image/png", size=size, sha256=digest)
        for (name, _), (digest, size) in zip(contents, stored, strict=True)
    )
    return await acme.says("ann", "look", subject="Photo", files=files)


async def test_g_v_lays_the_picture_over_the_desk_and_any_key_takes_it_away(acme: House) -> None:
    await sent(acme, ("../\x1b[31mshop.png", drawn("PNG")))
    app = acme.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.number is not None)
        await pilot.press("g", "v")
        await until(pilot, lambda: "any key closes it" in screen_text(app))
        assert isinstance(app.screen, Preview)
        text = screen_text(app)
        assert "▀" in text
        assert "shop.png" in text
        assert "64 x 32" in text
        assert "\x1b" not in text
        colours = {
            segment.style.color.triplet
            for strip in app.screen._compositor.render_strips(app.screen.size)
            for segment in strip
            if "▀" in segment.text and segment.style and segment.style.color
        }
        assert any(near(bytes(c), RED) for c in colours if c)
        assert any(near(bytes(c), BLUE) for c in colours if c)
        await pilot.press("j")
        await until(pilot, lambda: app.screen is app.desk_screen)


async def test_of_several_pictures_one_is_chosen(acme: House) -> None:
    await sent(acme, ("one.png", drawn("PNG")), ("two.jpg", drawn("JPEG", (40, 40))))
    app = acme.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.number is not None)
        await pilot.press("g", "v")
        await until(pilot, lambda: "look at which picture?" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "40 x 40" in screen_text(app))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), "no picture is attached here"),
        ((("a.png", bomb(60_000, 60_000)),), "it is too large to be shown; S saves it"),
        ((("a.png", b"text"),), "it is none of PNG, JPEG, GIF, WebP; S saves it"),
    ],
)
async def test_what_cannot_be_shown_is_said_on_the_last_line(
    acme: House, files: tuple[tuple[str, bytes], ...], told: str
) -> None:
    await sent(acme, *files)
    app = acme.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.number is not None)
        await pilot.press("g", "v")
        await until(pilot, lambda: told in screen_text(app))
        assert app.screen is app.desk_screen


async def test_without_the_extra_it_says_what_to_install(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent(acme, ("one.png", drawn("PNG")))
    monkeypatch.setattr(preview, "find_spec", lambda name: None)
    app = acme.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.number is not None)
        await pilot.press("g", "v")
        await until(pilot, lambda: "pip install 'omnidesk[images]'" in screen_text(app))


async def test_no_terminal_is_asked_and_no_key_is_lost(acme: House) -> None:
    await sent(acme, ("one.png", drawn("PNG")))
    asked: Callable[[bytes], bool] = lambda raw: any(  # noqa: E731
        query in raw for query in (b"\x1b_G", b"\x1b[16t", b"\x1b[c")
    )
    with Terminal(acme.store.path, size=(100, 30)) as terminal:
        terminal.wait_for("look")
        terminal.wait_for("Ann: look")
        terminal.forget()
        terminal.type("gv")
        terminal.wait_for("any key closes it")
        assert "▀" in terminal.text
        assert not asked(terminal.raw)
        terminal.forget()
        terminal.type("q")
        terminal.wait_for("Photo")
        terminal.type("q")
        assert terminal.ended() == 0


def test_nothing_of_it_is_loaded_before_it_is_asked_for() -> None:
    import subprocess

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import omnidesk.ui.app, omnidesk.ui.verbs, sys; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"PIL", "textual_image", "omnidesk.ui.preview", "omnidesk.ui.decoding"}
