"""Templates compiled once for each language, the sentences of that language in their places.

A page says a hundred sentences, and looks for none of them while it is made: where a template writes `_("...")`, the compiled page of
each language holds the words. What is counted or named by a variable is still looked up.
"""

from __future__ import annotations

from collections.abc import Hashable, MutableMapping
from functools import lru_cache
from typing import Any, cast

from babel import Locale
from babel.support import NullTranslations
from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer

from lms.core import i18n
from lms.core.icons import icon, ring
from lms.core.reading import reading

SAYS = frozenset({"_", "gettext"})


@lru_cache(maxsize=1024)
def once(macro: Macro, *given: Hashable) -> str:
    """What a macro writes for these values, written once: for the parts of the frame that are the same on page after page.

    Only for a macro that asks for nothing but its values and its language: none of its words may come from who reads.
    """
    return macro(*given)


class Compiled(Template):
    """A template whose macros are made once: no page brings globals of its own."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class Environment(FlaskEnvironment):
    """Jinja for Flask that hands out each template in the language of the page being made."""

    template_class = Compiled
    words: NullTranslations | None = None  # of the one language of an environment under this one
    spoken = ""  # which language that is, and in which digits

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.globals.update(drawn_icon=icon, drawn_ring=ring, once=once)
        self._speaking: dict[tuple[Locale | None, bool], Environment] = {}

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if self.words is None:
            return self._of_this_page()._load_template(name, globals)
        return super()._load_template(name, globals)

    def _of_this_page(self) -> Environment:
        locale, latin = i18n.locale(), reading().latin_digits
        if (locale, latin) not in self._speaking:
            made = self.overlay()
            made.words, made.spoken = i18n.catalogue(), f"{locale}{'@latin' if latin else ''}"
            made.globals = {**self.globals, "lang": i18n.language()}
            self._speaking[locale, latin] = made
        return self._speaking[locale, latin]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        if self.words is None:
            return parsed
        said = _Saying(self.words, self._escapes(name)).visit(parsed)
        return cast("nodes.Template", said.set_environment(self))

    def _escapes(self, name: str | None) -> bool:
        return self.autoescape(name) if callable(self.autoescape) else self.autoescape


class _Saying(NodeTransformer):
    """Puts the words of one language where a template names a sentence. With places it becomes `words % {...}`, as Jinja's own call."""

    def __init__(self, words: NullTranslations, escapes: bool) -> None:
        self.words = words
        self.escapes = escapes

    def visit_Output(self, output: nodes.Output) -> nodes.Node:
        """`{{ "x" if y }}` writes nothing where y is not so: Jinja would make an object that explains why."""
        self.generic_visit(output)
        for child in output.nodes:
            if isinstance(child, nodes.CondExpr) and child.expr2 is None:
                child.expr2 = nodes.Const("", lineno=child.lineno)
        return output

    def visit_Call(self, call: nodes.Call) -> nodes.Node:
        self.generic_visit(call)
        match call:
            case nodes.Call(node=nodes.Name(name=name), args=[nodes.Const(value=str(sentence))], dyn_args=None, dyn_kwargs=None):
                return self._said(sentence, call) if name in SAYS else call
        return call

    def _said(self, sentence: str, call: nodes.Call) -> nodes.Node:
        words: str = self.words.ugettext(sentence)
        if not call.kwargs:
            words %= {}  # Jinja takes each sentence for a format: "100 %%" is "100 %"
        said: nodes.Expr = nodes.Const(words, lineno=call.lineno)
        if self.escapes:
            said = nodes.MarkSafe(said, lineno=call.lineno)
        if not call.kwargs:
            return said
        places = [nodes.Pair(nodes.Const(place.key), place.value, lineno=call.lineno) for place in call.kwargs]
        return nodes.Mod(said, nodes.Dict(places, lineno=call.lineno), lineno=call.lineno)
