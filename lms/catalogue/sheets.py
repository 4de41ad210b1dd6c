"""YAML that remembers its lines: every value is read with its place, so that a finding names `file:line`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import yaml

from lms.catalogue.plain import Text
from lms.core.content import yaml_error
from lms.core.i18n import LANGUAGES

T = TypeVar("T")

ERROR = "error"
WARNING = "warning"
QUICK: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's, where PyYAML has it, reads ten times as fast
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong in a course folder; `str()` is the line that the command prints."""

    file: str
    line: int
    severity: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message}"


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown text: `place` is its first line, `folder` the lesson's folder."""

    place: Place
    language: str
    markdown: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording of a quiz, a rubric or a title."""

    place: Place
    language: str
    words: str


@dataclass(slots=True)
class Survey:
    """What one walk through a course folder found: complaints, the place of each uid, every text."""

    findings: list[Finding] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    languages: tuple[str, ...] = (Text.FALLBACK,)

    def error(self, place: Place, message: str) -> None:
        self.findings.append(Finding(place.file, place.line, ERROR, message))

    def warning(self, place: Place, message: str) -> None:
        self.findings.append(Finding(place.file, place.line, WARNING, message))

    def claim(self, uid: str, place: Place) -> None:
        """Say that this uid stands here; complains when it stands elsewhere already."""
        if first := self.places.get(uid):
            self.error(place, f'uid "{uid}" is used twice: first in {first.file}:{first.line}')
        elif uid:
            self.places[uid] = place


def _plainer(text: str, error: yaml.MarkedYAMLError) -> yaml.MarkedYAMLError:
    """The same complaint as PyYAML's own reader has it, which names what it met there."""
    try:
        yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as plainer:
        return plainer
    return error


class Sheet:
    """A YAML mapping. Reading a key marks it as known; `close()` complains about the keys that nobody read."""

    def __init__(self, survey: Survey, file: str, first_line: int, node: yaml.MappingNode | None, line: int | None = None) -> None:
        self.survey = survey
        self.file = file
        self._first_line = first_line
        self.line = line if line is not None else first_line
        self._keys: dict[str, tuple[int, yaml.Node]] = {}
        self._read: set[str] = set()
        for key, value in node.value if node else ():
            name = str(key.value)
            if name in self._keys:
                self.error(f'key "{name}" stands twice', at=first_line + key.start_mark.line)
            self._keys[name] = (first_line + key.start_mark.line, value)

    @classmethod
    def parse(cls, survey: Survey, file: str, text: str, first_line: int = 1) -> Sheet:
        """A text that is one YAML mapping; complaints are noted, and what cannot be read is an empty sheet."""
        try:
            for event in yaml.parse(text, Loader=QUICK):
                if isinstance(event, yaml.AliasEvent):  # an alias inside its own anchor never ends
                    line = event.start_mark.line if event.start_mark else 0
                    survey.error(Place(file, first_line + line), "write it out: we do not use YAML aliases (*)")
                    return cls(survey, file, first_line, None)
            node = yaml.compose(text, Loader=QUICK)
        except yaml.MarkedYAMLError as error:
            complaint = yaml_error(_plainer(text, error), first_line)
            survey.error(Place(file, complaint.line), complaint.message)
            node = None
        if node is not None and not isinstance(node, yaml.MappingNode):
            survey.error(Place(file, first_line), "this is not a list of keys and values")
            node = None
        return cls(survey, file, first_line, node)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def place(self, key: str | None = None) -> Place:
        return Place(self.file, self._keys[key][0] if key in self._keys else self.line)

    def error(self, message: str, key: str | None = None, at: int | None = None) -> None:
        self.survey.error(Place(self.file, at) if at is not None else self.place(key), message)

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A string, stripped. Complains when it is required and missing or empty."""
        node = self._get(key)
        value = default
        if isinstance(node, yaml.ScalarNode):
            value = node.value.strip()
        elif node is not None:
            self.error(f'"{key}" is one piece of text, not a list', key)
        if required and not value:
            self.error(f'"{key}" is empty' if node else f'"{key}" is missing', key)
        return value

    def whole(self, key: str, default: T, *, low: int = 0, high: int = 1_000_000, required: bool = False) -> int | T:
        """A whole number from `low` to `high`."""
        written = self.text(key, required=required)
        if not written:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", written) or not low <= int(written) <= high:
            self.error(f'"{key}" is a whole number from {low} to {high}, not "{written}"', key)
            return default
        return int(written)

    def fraction(self, key: str) -> Fraction | None:
        """A number as written: `0.1`, `1/3` or `-2`, never through a float."""
        written = self.text(key)
        if not written:
            return None
        try:
            return Fraction(written)
        except (ValueError, ZeroDivisionError):
            self.error(f'"{key}" is a number, not "{written}"', key)
            return None

    def flag(self, key: str, default: bool) -> bool:
        written = self.text(key, default="true" if default else "false")
        if written not in ("true", "false"):
            self.error(f'"{key}" is true or false, not "{written}"', key)
        return written == "true"

    def one_of(self, key: str, kind: Callable[[str], T], allowed: Iterable[str], default: T) -> T:
        """One of a few words, given to `kind`."""
        written = self.text(key)
        if not written:
            return default
        if written not in (known := list(allowed)):
            self.error(f'"{key}" is one of {", ".join(known)}, not "{written}"', key)
            return default
        return kind(written)

    def words(self, key: str, *, required: bool = False) -> Text:
        """`key: Boxes` is English; `key: {en: Boxes, ar: ...}` is a wording per language."""
        node = self._get(key)
        if isinstance(node, yaml.MappingNode):
            return self.sheet(key).languages()
        written = self.text(key, required=required)
        return Text(en=written) if written else Text()

    def languages(self) -> Text:
        """This sheet's keys are languages, its values their words."""
        for language in self._keys:
            if language not in LANGUAGES:
                self._read.add(language)
                self.error(f'"{language}" is not one of our languages: {", ".join(LANGUAGES)}', language)
        found = Text({language: self.text(language, required=True) for language in self._keys if language in LANGUAGES})
        if Text.FALLBACK not in found:
            self.error("the English words are missing")
        self.close()
        return found

    def strings(self, key: str) -> list[tuple[str, int]]:
        """A list of strings, each with its line."""
        node = self._get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not all(isinstance(part, yaml.ScalarNode) for part in node.value):
            self.error(f'"{key}" is a list of words', key)
            return []
        return [(part.value.strip(), self._first_line + part.start_mark.line) for part in node.value]

    def sheet(self, key: str) -> Sheet:
        """The mapping under this key; an empty one where it is missing or is no mapping."""
        node = self._get(key)
        if node is not None and not isinstance(node, yaml.MappingNode):
            self.error(f'"{key}" is a list of keys and values', key)
        mapping = node if isinstance(node, yaml.MappingNode) else None
        return Sheet(self.survey, self.file, self._first_line, mapping, line=self.place(key).line)

    def sheets(self, key: str) -> list[Sheet]:
        """A list of mappings. A string in it stands for a mapping with that one key `text`."""
        node = self._get(key)
        if node is not None and not isinstance(node, yaml.SequenceNode):
            self.error(f'"{key}" is a list', key)
        found = []
        for part in node.value if isinstance(node, yaml.SequenceNode) else ():
            line = self._first_line + part.start_mark.line
            if isinstance(part, yaml.ScalarNode):
                key_node = yaml.ScalarNode("tag:yaml.org,2002:str", "text", part.start_mark, part.end_mark)
                part = yaml.MappingNode("tag:yaml.org,2002:map", [(key_node, part)], part.start_mark, part.end_mark)
            if isinstance(part, yaml.MappingNode):
                found.append(Sheet(self.survey, self.file, self._first_line, part, line=line))
            else:
                self.error(f'each part of "{key}" is a list of keys and values', at=line)
        return found

    def close(self) -> None:
        """Complain about every key that was not read: a key nobody knows is most often a slip of the pen."""
        for key, (line, _) in self._keys.items():
            if key not in self._read:
                near = difflib.get_close_matches(key, self._read, 1)
                self.error(f'unknown key "{key}"' + (f': is it "{near[0]}"?' if near else ""), at=line)

    def _get(self, key: str) -> yaml.Node | None:
        self._read.add(key)
        return self._keys[key][1] if key in self._keys else None


def by_uid(sheets: Iterable[Sheet]) -> dict[str, Sheet]:
    """The parts of a translated list, by the uid that ties each to its English part."""
    return {sheet.text("uid", required=True): sheet for sheet in sheets}
