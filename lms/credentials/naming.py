"""Whether the name typed from a paper is the name on the certificate: by letters, whatever marks and case came with them."""

from __future__ import annotations

import unicodedata


def same(typed: str, *names: str | None) -> bool:
    """Whether what was typed is one of these names. An empty text is none of them."""
    folded = fold(typed)
    return bool(folded) and any(folded == fold(name) for name in names if name)


def fold(name: str) -> str:
    """A name for comparing: compatibility forms and case folded, joiners and direction marks gone, blanks single.

    Text copied from a PDF carries direction marks and lacks joiners, and an Arabic name may arrive in presentation forms. Folding of
    case can undo the composition, so that it is composed again.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return " ".join(visible.split())
