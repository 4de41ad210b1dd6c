"""A photo on its way from a phone: small, upright and without its place before it waits, and nothing that is no picture."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.app import ROOT
from lms.catalogue import actions as catalogue
from lms.cohorts.models import CohortCourse
from lms.core.db import db, transaction
from lms.core.files import StoredFile
from tests.browser.conftest import Live
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, ready

TASK = "/learn/graphic-design/see-before-you-draw/task"
HELD = """async () => {
  const [[_name, file]] = (await Queue.all())[0].fields.filter(([name]) => name === 'files');
  const read = new FileReader();
  await new Promise(done => { read.onload = done; read.readAsDataURL(file); });
  return [file.name, file.type, read.result.split(',')[1]];
}"""

FIRST_IS_SLOW = """() => {
  const decode = Image.prototype.decode;
  let held = 0;
  Image.prototype.decode = function () {
    if (held++) return decode.call(this);
    return new Promise(ok => { self.release = async () => {
      ok(decode.call(this));
      for (let turn = 0; turn < 20; turn += 1) await new Promise(later => setTimeout(later, 20));
    }; });
  };
}"""


def photo() -> bytes:
    """2400 x 1600 pixels as a camera held upright writes them: red on top once it is turned, and where it was taken."""
    picture = Image.effect_noise((2400, 1600), 40).convert("RGB")
    picture.paste("red", (0, 0, 480, 1600))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter to the right
    exif.get_ifd(0x8825)[2] = (33.0, 53.0, 0.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def test_a_photo_is_small_before_it_waits(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    with live.app.app_context(), transaction(write=True):
        version = catalogue.publish(ROOT / "courses" / "graphic-design", by=None)
        db.session.add(CohortCourse(cohort_id=live.world.cohort, version_id=version.id, course_uid=version.uid))
    page = page_as("amina", at=TASK)
    ready(page)
    field = page.locator("input[type=file]")
    told = page.locator("input[type=file] + [role=status]")
    taken = photo()
    page.evaluate(FIRST_IS_SLOW)
    for name in ("first.jpeg", "second.jpeg"):
        field.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": taken})
    expect(told).to_contain_text("second.jpg: ")
    page.evaluate("release().then(() => 0)")
    assert field.evaluate("field => [...field.files].map(file => file.name)") == ["second.jpg"], "what she chose last is what goes"
    field.set_input_files([
        {"name": "my street.jpeg", "mimeType": "image/jpeg", "buffer": taken},
        {"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture at all"},
    ])  # fmt: skip
    expect(told).to_contain_text("broken.png: We cannot open this picture. Take it again and send it.")
    expect(told).to_have_text(re.compile(r"my street\.jpg: \d+ KB, before \d MB"))
    assert field.evaluate("field => [...field.files].map(file => file.name)") == ["my street.jpg"]
    net.down = True
    page.locator("form.frame button:not([type=button])").tap()
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")
    name, kind, held = page.evaluate(HELD)
    octets = base64.b64decode(held)
    waits = Image.open(io.BytesIO(octets))
    assert (name, kind, waits.size, dict(waits.getexif())) == ("my street.jpg", "image/jpeg", (1067, 1600), {})
    assert len(octets) < len(taken) / 2
    red, _green, blue = waits.getpixel((500, 100))
    assert red > 200 > 100 > blue
    net.down = False
    page.locator(f"{BAR} button").tap()
    expect(page.locator("form.frame > [role=status]")).to_have_text("Your answer is sent.")
    with live.app.app_context():
        assert db.session.scalars(select(StoredFile.name)).one() == "my street.jpg"


