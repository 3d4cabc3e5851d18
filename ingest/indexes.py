"""Indexes that wait for the end of a first load: built once, they cost a third of what keeping them up row by row does.

Two are built at a time: what PostgreSQL builds by one process alone (a GiST index) leaves the other core idle.

Their definitions are kept in the database from the moment they are dropped, so that a load that was killed
loses none.
"""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Engine

from data_access.engine import sql

AT_ONCE = 2
GIST = " USING gist "
SECONDARY = """
    SELECT i.indexname, i.indexdef
      FROM pg_indexes i
     WHERE i.schemaname = current_schema() AND i.tablename = :table
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname AND c.conrelid = to_regclass(:table))
     ORDER BY 1"""


def defer(connection: Connection, table: str) -> bool:
    """Drop the table's secondary indexes, if it is empty; `restore` brings them back. Returns: whether it is empty."""
    if connection.execute(sql(f'SELECT EXISTS (SELECT FROM "{table}")')).scalar_one():
        return False
    for name, definition in connection.execute(sql(SECONDARY), {"table": table}).all():
        connection.execute(sql("INSERT INTO deferred_index (name, definition) VALUES (:name, :definition)"),
                           {"name": name, "definition": definition})
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return True


def restore(engine: Engine) -> None:
    """Build the indexes that wait, one a transaction."""
    with engine.connect() as connection:
        waiting = connection.execute(sql("SELECT name, definition FROM deferred_index ORDER BY name")).all()
    slow_first = sorted(waiting, key=lambda row: GIST not in row.definition)
    with ThreadPoolExecutor(AT_ONCE) as builders:
        for built in [builders.submit(build, engine, name, definition) for name, definition in slow_first]:
            built.result()


def build(engine: Engine, name: str, definition: str) -> None:
    """Build one index that waits."""
    with engine.begin() as connection:
        connection.execute(sql("SET LOCAL statement_timeout = 0"))
        connection.exec_driver_sql(definition)  # as PostgreSQL itself wrote it down
        connection.execute(sql("DELETE FROM deferred_index WHERE name = :name"), {"name": name})
