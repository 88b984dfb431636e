"""Whose table of Xids and SXids holds: what a source says of each code, and what follows from its words.

What the source says (``says``) and what we conclude (``words``) stand apart: a table writes down once what each of the
source's words means on our ladder, and each code the word that the source has for it.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.policies import FindingRule
from gatehouse.model.errors import CatalogError
from gatehouse.model.status import Action, FindingClass, Severity

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[int, Field(ge=1, le=99_999)]
Kind = Literal["xid", "sxid"]


class Word(Spec):
    """What one of the source's words means for us; ``owner`` only where the word itself says whose trouble it is."""

    severity: Severity
    action: Action
    owner: FindingClass | None = None


class CodeRow(Spec):
    """One code: the source's word, and where we conclude otherwise than the word alone, why.

    ``title`` and ``owner`` may be absent where the table that answers for silence gives them.
    """

    says: Text
    title: Text | None = None
    owner: FindingClass | None = None
    severity: Severity | None = None
    action: Action | None = None
    why: Text | None = None

    @model_validator(mode="after")
    def _other_conclusions_have_a_reason(self) -> Self:
        if (self.severity or self.action) and not self.why:
            raise ValueError("severity or action differ from what the source's word means: say why")
        return self


class XidTable(Spec):
    """One source's codes. ``silent`` names the table that answers for codes which this one does not list, and
    ``others`` is the source's word for every Xid that it does not name.
    """

    title: Text
    source: Text
    words: dict[str, Word] = Field(min_length=1)
    silent: str | None = None
    others: str | None = None
    xids: dict[Code, CodeRow] = Field(default_factory=dict)
    sxids: dict[Code, CodeRow] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _words_are_explained(self) -> Self:
        said = [row.says for row in (*self.xids.values(), *self.sxids.values())]
        unknown = sorted({word for word in (*said, self.others) if word is not None and word not in self.words})
        if unknown:
            raise ValueError(f"words without a meaning: {', '.join(unknown)}")
        return self

    def rows(self, kind: Kind) -> Mapping[int, CodeRow]:
        """The rows of one kind of code."""
        return self.xids if kind == "xid" else self.sxids


def rules_of(name: str, tables: Mapping[str, XidTable]) -> tuple[FindingRule, ...]:
    """A rule for every code that this table, or those that answer for its silence, can tell of; last, where one of them
    has a word for every other Xid, a rule for those that nobody has published.

    Raises:
        CatalogError: a table that answers for silence does not exist, or answers for itself.
    """
    chain = [tables[one] for one in _chain(name, tables)]
    kinds: tuple[Kind, ...] = ("xid", "sxid")
    return (*(rule for kind in kinds for rule in _rules(kind, chain)), *_others(chain))


def _chain(name: str, tables: Mapping[str, XidTable]) -> list[str]:
    chain = [name]
    while (following := tables[chain[-1]].silent) is not None:
        if following in chain or following not in tables:
            fault = "answers for its own silence" if following in chain else "does not exist"
            raise CatalogError([f"xids/{chain[-1]}: silent: {following!r} {fault}"])
        chain.append(following)
    return chain


def _rules(kind: Kind, chain: list[XidTable]) -> Iterator[FindingRule]:
    for code in sorted({code for table in chain for code in table.rows(kind)}):
        yield _rule(kind, code, chain)


def _others(chain: list[XidTable]) -> Iterator[FindingRule]:
    for place, table in enumerate(chain):
        if table.others is not None:
            word = table.words[table.others]
            yield FindingRule(
                signature="xid.*",
                severity=word.severity,
                action=word.action,
                owner=word.owner,
                title="Xid that no table lists",
                source=f"{_silence(chain[:place])}{table.source}: {table.others}",
            )
            return


def _silence(tables: list[XidTable]) -> str:
    return "".join(f"{table.source}: silent; as " for table in tables)


def _rule(kind: Kind, code: int, chain: list[XidTable]) -> FindingRule:
    """The rule of the first table that has a word for the code; the others lend title and owner."""
    place, row = next((i, row) for i, table in enumerate(chain) if (row := _row(table, kind, code)) is not None)
    table, word = chain[place], chain[place].words[row.says]
    below = [other for table in chain[place:] if (other := table.rows(kind).get(code)) is not None]
    title = next((one.title for one in below if one.title), None)
    owner = row.owner or word.owner or next((one.owner for one in below if one.owner), None)
    said = f"{table.source}: {row.says}" + (f"; {row.why}" if row.why else "")
    return FindingRule(
        signature=f"{kind}.{code}",
        severity=row.severity or word.severity,
        action=row.action or word.action,
        owner=owner or FindingClass.HARDWARE,
        title=title or f"{kind.capitalize()} {code}",
        source=_silence(chain[:place]) + said,
    )


def _row(table: XidTable, kind: Kind, code: int) -> CodeRow | None:
    row = table.rows(kind).get(code)
    return CodeRow(says=table.others) if row is None and table.others and kind == "xid" else row


def known_codes(tables: Mapping[str, XidTable]) -> set[str]:
    """Signatures that every policy must answer for: each code that any table lists, and no hole among the Xids."""
    highest = max((code for table in tables.values() for code in table.xids), default=0)
    listed = {f"sxid.{code}" for table in tables.values() for code in table.sxids}
    return {f"xid.{code}" for code in range(1, highest + 1)} | listed
