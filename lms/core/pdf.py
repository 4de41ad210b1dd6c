"""HTML to PDF by WeasyPrint: PDF/A-3a and PDF/UA-1 at once, the same bytes every time, nothing fetched from outside.

WeasyPrint is imported inside the functions that need it: it costs a web worker 40 MB and a second. Reading a style sheet and its
fonts costs as much as a page, so that one renderer per style sheet lives as long as the process.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pydyf

# Style sheets name their fonts and pictures relative to this. `.invalid` can never be resolved (RFC 2606), and a made-up scheme would not
# be joined by urljoin; the folder behind it shows in no PDF, so that the bytes are the same on every machine.
ASSETS_URL = "https://assets.invalid/"

_PDFUA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"
# PDF/A forbids a property whose schema it does not know, unless the schema is described beside it (ISO 19005-3, 6.6.2.3).
_PDFUA_CLAIM = f"""
<rdf:Description xmlns:pdfuaid="{_PDFUA_NAMESPACE}" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_PDFUA_NAMESPACE}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
""".encode()

_LAYOUT_TAGS = frozenset({"/Table", "/TBody", "/TR", "/TD"})


class TooManyPages(Exception):
    """The text did not fit on the pages it was given."""


class ForeignAddress(Exception):
    """The page asked for something that is neither `data:` nor in its folder of assets."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF, held there as the data the sheet was made from (relationship `Data`)."""

    name: str
    content: bytes
    description: str


def render(
    html: str, *, assets: Path, stylesheet: str, identifier: str, at: datetime, pages: int, attachments: Sequence[Attached] = ()
) -> bytes:
    """The PDF of a page whose <html> bears lang, dir and a <title>.

    `assets` is the only folder the page and its style sheet may read; `stylesheet` is a path in it. `identifier` and `at` (an aware
    time) stand where a PDF has random and clock values. Tables are layout, never data: they are tagged as such. Raises TooManyPages
    when the text needs more than `pages`, ForeignAddress when it asks for anything that is not in `assets`.
    """
    from weasyprint.urls import FatalURLFetchingError

    try:
        return _renderer(assets, stylesheet).render(html, identifier, at, pages, attachments)
    except FatalURLFetchingError as error:  # a BaseException, which would end a worker
        raise ForeignAddress(str(error)) from error


@lru_cache(maxsize=8)
def _renderer(assets: Path, stylesheet: str) -> _Renderer:
    return _Renderer(assets, stylesheet)


# A font configuration removes its temporary folder when it dies, and cannot any more when the interpreter has taken its modules apart.
atexit.register(_renderer.cache_clear)


class _Renderer:
    """One style sheet with its fonts, read once. Pango's font map is not for two threads, hence the lock."""

    def __init__(self, assets: Path, stylesheet: str) -> None:
        from PIL import ImageFile
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        # WeasyPrint's import tells Pillow, for the whole process, to take pictures that were cut off. A person's photograph must not be.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        self.colours = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
        self.lock = threading.Lock()
        self.fetcher = _fetcher(assets)
        self.fonts = FontConfiguration()
        self.css = CSS(url=ASSETS_URL + stylesheet, url_fetcher=self.fetcher, font_config=self.fonts)

    def render(self, html: str, identifier: str, at: datetime, pages: int, attachments: Sequence[Attached]) -> bytes:
        from weasyprint import HTML, Attachment
        from weasyprint.css import ColorProfile

        # Left to itself, WeasyPrint opens this file of its own for every PDF and does not close it. A profile that has been asked its
        # name is written in other bytes, hence a new one each time.
        colours = ColorProfile(BytesIO(self.colours), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
        page = HTML(string=html, base_url=ASSETS_URL, url_fetcher=self.fetcher)
        inside = [
            Attachment(string=item.content, name=item.name, description=item.description, created=at, modified=at, relationship="Data")
            for item in attachments
        ]
        with self.lock:
            document = page.render(stylesheets=[self.css], font_config=self.fonts, color_profiles={"sheet": colours}, output_intent="sheet")
            if len(document.pages) > pages:
                raise TooManyPages(f"{len(document.pages)} pages instead of {pages}")
            drawn: bytes = document.write_pdf(
                pdf_variant="pdf/a-3a",
                output_intent="sheet",
                pdf_identifier=identifier.encode(),
                attachments=inside,
                finisher=_Finisher(page.etree_element),
            )
        return drawn


def _fetcher(assets: Path) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    root = assets.resolve()

    class AssetFetcher(URLFetcher):
        """Reads `data:` and the assets, nothing else. An ordinary exception would be logged and the page drawn without the thing."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = (root / unquote(url.removeprefix(ASSETS_URL))).resolve()
            if not url.startswith(ASSETS_URL) or not path.is_relative_to(root) or not path.is_file():
                raise FatalURLFetchingError(f"A sheet may not fetch {url}")
            types = {".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": types.get(path.suffix, "application/octet-stream")})

    return AssetFetcher(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)


class _Finisher:
    """What WeasyPrint leaves to be done before a PDF is written: the second claim, languages, text as it is read, layout tables.

    Paragraphs and tables are the same in number and order in the page and in the tag tree, where WeasyPrint keeps no way back.
    """

    def __init__(self, root: Any) -> None:
        self.language = root.get("lang", "")
        self.paragraphs = [(element, *inherited) for element, *inherited in _with_language(root, "", "ltr") if element.tag in {"p", "h1"}]
        self.tables = [element for element in root.iter() if element.tag == "table"]

    def __call__(self, document: Any, pdf: Any) -> None:
        self.claim_accessibility(pdf)
        self.mark_paragraphs(pdf)
        self.plain_tables(pdf)
        self.place_figures(document, pdf)

    def claim_accessibility(self, pdf: Any) -> None:
        """One PDF, two promises: WeasyPrint writes the claim of one variant only."""
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        metadata.stream = [part.replace(b"</rdf:RDF>", _PDFUA_CLAIM + b"</rdf:RDF>") for part in metadata.stream]

    def mark_paragraphs(self, pdf: Any) -> None:
        """Say the language of a paragraph that is not in the page's; give right-to-left text, drawn from left to right, as it is read."""
        tagged = [element for element in _in_order(pdf) if element["S"] in {"/P", "/H1"}]
        for element, (paragraph, language, direction) in zip(tagged, self.paragraphs, strict=True):
            if language != self.language:
                element["Lang"] = pydyf.String(language)
            if direction == "rtl" and paragraph.find(".//a") is None:
                element["ActualText"] = pydyf.String(" ".join("".join(paragraph.itertext()).split()))

    def plain_tables(self, pdf: Any) -> None:
        """Tags without meaning for tables that only lay out; `data-read="columns"` has a table read a column at a time."""
        tagged = [element for element in _in_order(pdf) if element["S"] == "/Table"]
        for element, table in zip(tagged, self.tables, strict=True):
            if table.get("data-read") == "columns":
                _turn(pdf, element)
        for element in _in_order(pdf):
            if element["S"] in _LAYOUT_TAGS:
                element["S"] = "/NonStruct"
                element.pop("A", None)

    def place_figures(self, document: Any, pdf: Any) -> None:
        """A figure's box in points from the bottom left (ISO 32000-1, 14.8.5.4.3); WeasyPrint 70 writes pixels from the top left."""
        point = 0.75  # of a CSS pixel
        height = document.pages[0].height
        for element in _in_order(pdf):
            if element["S"] == "/Figure":
                left, top, right, bottom = element["A"]["BBox"]
                element["A"]["BBox"] = pydyf.Array([left * point, (height - bottom) * point, right * point, (height - top) * point])


def _turn(pdf: Any, table: Any) -> None:
    """Let the rows of a tagged table hold its columns, so that one language is read to its end before the other begins."""
    bodies = [element for element in _below(pdf, table["K"]) if element["S"] == "/TBody"] or [table]
    for body in bodies:
        rows = [pdf.objects[int(kid.split()[0])] for kid in body["K"]]
        columns = list(zip(*(row["K"] for row in rows), strict=True))
        for row, column in zip(rows, columns, strict=False):
            row["K"][:] = column
            for cell in column:
                pdf.objects[int(cell.split()[0])]["P"] = row.reference
        for row in rows[len(columns) :]:
            row["K"].clear()
        del body["K"][len(columns) :]


def _in_order(pdf: Any) -> list[Any]:
    """The structure elements of a document in reading order."""
    return list(_below(pdf, pdf.objects[int(pdf.catalog["StructTreeRoot"].split()[0])]["K"]))


def _below(pdf: Any, kids: Any) -> Iterator[Any]:
    for kid in kids:
        element = None if isinstance(kid, int) else pdf.objects[int(kid.split()[0])]
        if isinstance(element, dict) and element.get("Type") == "/StructElem":
            yield element
            yield from _below(pdf, element["K"])


def _with_language(element: Any, language: str, direction: str) -> Iterator[tuple[Any, str, str]]:
    language, direction = element.get("lang", language), element.get("dir", direction)
    yield element, language, direction
    for child in element:
        yield from _with_language(child, language, direction)
