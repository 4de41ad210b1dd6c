"""XML from strangers, read by expat into plain nodes that know their line.

A document type declaration is refused: with it go entities, their expansion and every reference to another file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from lms.annotation.batch import unreadable

DEEPEST = 50


@dataclass(slots=True)
class Node:
    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Node]:
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Node | None:
        return next(self.all(tag), None)

    def value(self, tag: str) -> str:
        """The text of the first child `tag`, stripped; empty when there is none."""
        child = self.first(tag)
        return child.text.strip() if child else ""


def parse(path: Path, data: bytes) -> Node:
    """The root node. Raises `Unreadable` with the line for anything that is not well-formed XML or declares a document type."""
    if not data.strip():
        raise unreadable(path, "the file is empty")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    roots: list[Node] = []
    open_nodes: list[Node] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag, attributes, parser.CurrentLineNumber)
        if len(open_nodes) >= DEEPEST:
            raise unreadable(path, "the elements are nested too deeply", node.line)
        (open_nodes[-1].children if open_nodes else roots).append(node)
        open_nodes.append(node)

    def end(_tag: str) -> None:
        open_nodes.pop()

    def text(data: str) -> None:
        open_nodes[-1].text += data

    def refuse(*_: object) -> None:
        raise unreadable(path, "a document type declaration is not accepted", parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise unreadable(path, f"this is not well-formed XML ({expat.ErrorString(error.code)})", error.lineno) from None
    except (LookupError, ValueError):
        raise unreadable(path, "the XML declares an encoding that is not known here; save the file as UTF-8", 1) from None
    return roots[0]
