"""The database: one session, one law of transactions, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    ExceptionContext,
    Executable,
    MetaData,
    event,
    inspect,
    or_,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapper,
    ORMExecuteState,
    Session,
    SessionTransaction,
    make_transient_to_detached,
)
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite forgets zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(words: type[StrEnum], length: int = 16) -> Enum:
    """A column that holds one word of a StrEnum, kept as the word itself: readable in the database, and open to new words."""
    return Enum(
        words, native_enum=False, create_constraint=False, length=length, values_callable=lambda kinds: [str(k.value) for k in kinds]
    )


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
# Flask-SQLAlchemy copies the base class, and a class may not carry this map and its registry at once: so the map is given afterwards.
db.Model.registry.update_type_annotation_map({datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON})  # type: ignore[attr-defined]

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


def mode(*, write: bool) -> None:
    """Say how the next transaction of this session begins. Sends nothing: BEGIN goes out with the first statement."""
    session = db.session()
    if session.execution_options.get("write") is not write:  # most requests say it twice: before they know who asks, and round the view
        session.execution_options = session.execution_options.union({"write": write})


@contextmanager
def transaction(*, write: bool) -> Iterator[None]:
    """To leave is to commit, to raise is to roll back; a reading transaction always rolls back. The only commit there is.

    The rows of a reading transaction stand as they were read: what was not read and is asked for afterwards is an error, not a statement.
    """
    mode(write=write)
    try:
        yield
        if write:
            db.session.commit()
        else:
            db.session.close()  # rolls back, and need not look at each row to forget what it holds
    except BaseException:
        db.session.rollback()
        raise
    for call in db.session.info.pop("after_commit", []):
        call()


def one_of(column: ColumnElement[T] | InstrumentedAttribute[T], values: Iterable[T]) -> ColumnElement[bool]:
    """`IN` for values that never change, written out: SQLAlchemy puts the list of an `IN` together anew for each execution."""
    return or_(*(column == value for value in values))


def rows(statement: Executable, given: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Rows of plain columns, straight from the transaction's connection: what holds no row of a model needs none of the ORM's work."""
    session = db.session()
    session.flush()
    return session.connection().execute(statement, given)


def loaded(model: type[T], values: Mapping[str, Any]) -> T:
    """The row with these columns, as if the session had read it: for what every page reads, in two thirds of the time.

    A column that is not among them is read when it is asked for. A row that the session holds already is the one it has, with what was
    changed in it.
    """
    mapper: Mapper[T] = inspect(model)
    session = db.session()
    known = session.identity_map.get(mapper.identity_key_from_primary_key((values["id"],)))
    if known is not None:
        return known
    row: T = mapper.class_manager.new_instance()
    instance_dict(row).update(values)  # it is new, so there is nothing to compare them with
    make_transient_to_detached(row)
    session.add(row)
    return row


def added(row: object) -> bool:
    """Write a row down. False, and nothing is written, where another one that must be the only one was written a moment ago."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` once this transaction has been committed, and not at all if it is rolled back. It must not raise."""
    db.session.info.setdefault("after_commit", []).append(call)


def release() -> None:
    """Let go of the write lock before slow work: a hash, a picture, a PDF. What was loaded is read again after it.

    Raises RuntimeError when this transaction has written something, flushed or not, because it would be lost.
    """
    if db.session.new or db.session.dirty or db.session.deleted or db.session.info.get("written"):
        raise RuntimeError("unsaved rows")
    db.session.rollback()


def _tell_no_values(trouble: ExceptionContext) -> None:
    """PostgreSQL adds the row that clashed to its message: names and numbers of people, which must not reach a log."""
    original, wrapped = trouble.original_exception, trouble.sqlalchemy_exception
    first = str(original).partition("\n")[0]
    if wrapped is not None:
        wrapped.args = tuple(str(arg).replace(str(original), first) for arg in wrapped.args)
    if trouble.dialect.name == "postgresql" and original.args:
        original.args = (first, *original.args[1:])


def wire(engine: Engine) -> None:
    """Teach an engine the law of the edge: BEGIN IMMEDIATE to write, a refusing BEGIN to read; to tell no values. Once per engine."""
    engine.hide_parameters = True
    event.listen(engine, "handle_error", _tell_no_values)
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "begin")
        def _begin_pg(conn: Connection) -> None:
            driver = conn.connection.driver_connection
            assert driver is not None
            driver.read_only = not conn.get_execution_options().get("write", False)

        return

    @event.listens_for(engine, "connect")
    def _connect(raw: sqlite3.Connection, record: Any) -> None:
        raw.isolation_level = None  # the driver begins nothing by itself
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=20000"):
            raw.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        driver = conn.connection.driver_connection
        assert driver is not None
        write = conn.get_execution_options().get("write", False)
        if conn.info.get("write") is not write:  # only where it turns: it throws away every statement that SQLite has prepared
            driver.execute(f"PRAGMA query_only={int(not write)}")
            conn.info["write"] = write
        if write:
            conn.exec_driver_sql("BEGIN IMMEDIATE")  # may find the file locked: SQLAlchemy then says so in its own words
        else:  # straight to the driver: a statement of SQLAlchemy's would cost as much as a page's own
            driver.execute("BEGIN")


@event.listens_for(FlaskSession, "before_flush")
def _reading_never_writes(session: Session, context: Any, instances: Any) -> None:
    if not session.execution_options.get("write"):
        raise RuntimeError("a write outside transaction(write=True)")


@event.listens_for(FlaskSession, "after_flush")
def _has_written(session: Session, context: Any) -> None:
    session.info["written"] = True


@event.listens_for(FlaskSession, "do_orm_execute")
def _has_written_in_bulk(asked: ORMExecuteState) -> None:
    if asked.is_insert or asked.is_update or asked.is_delete:
        asked.session.info["written"] = True


@event.listens_for(FlaskSession, "after_transaction_end")
def _begins_anew(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop("written", None)


@event.listens_for(FlaskSession, "after_soft_rollback")
def _is_forgotten(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop("after_commit", None)
