"""The embedded PostgreSQL: private, patient with crashes, and no burden on anyone's folders."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from launch import account, postgres, starting
from launch.cluster import PostgresError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = 65534


def server_process(var: Path) -> int:
    """Process id of the one server that runs on the data folder."""
    [noted] = var.glob("postgres-*/data/postmaster.pid")
    return int(noted.read_text().splitlines()[0])


def modes_up_to_root(path: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in [path, *path.parents]}


def test_start_gives_the_address_of_an_owner_without_superuser_rights(place: Path) -> None:
    url = postgres.start(place / "var")

    assert (place / "var/database_url").read_text().strip() == url
    with psycopg.connect(url) as connection:
        role = "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user"
        assert connection.execute(role).fetchone() == (False, True, True, False)
        connection.execute("create extension btree_gist")
        shown = "select current_setting(s) from unnest(array['fsync', 'data_checksums', 'listen_addresses']) s"
        assert [row[0] for row in connection.execute(shown)] == ["on", "on", ""]
        about = "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
        assert connection.execute(about).fetchone() == ("C.UTF-8", "UTF8")


def test_a_second_start_finds_the_server_running(place: Path) -> None:
    first = postgres.start(place / "var")
    process = server_process(place / "var")

    assert postgres.start(place / "var") == first
    assert server_process(place / "var") == process
    assert postgres.running_url(place / "var") == first


def test_stop_ends_it_and_a_later_start_has_the_same_rows_and_password(place: Path) -> None:
    url = postgres.start(place / "var")
    with psycopg.connect(url) as connection:
        connection.execute("create table kiln as select 1 as number")

    assert postgres.stop(place / "var") is True

    assert postgres.stop(place / "var") is False
    assert postgres.running_url(place / "var") is None
    assert postgres.start(place / "var") == url
    with psycopg.connect(url) as connection:
        assert connection.execute("select number from kiln").fetchall() == [(1,)]


def test_after_a_kill_every_committed_row_is_there_and_no_other(place: Path) -> None:
    url = postgres.start(place / "var")
    with closing(psycopg.connect(url)) as open_session, closing(psycopg.connect(url, autocommit=True)) as other:
        other.execute("create table kiln (number int)")
        for number in range(20):
            other.execute("insert into kiln values (%s)", [number])
        open_session.execute("insert into kiln values (99)")

        os.kill(server_process(place / "var"), signal.SIGKILL)
        assert postgres.start(place / "var") == url

    with psycopg.connect(url) as connection:
        assert connection.execute("select array_agg(number order by number) from kiln").fetchone() == (list(range(20)),)


def test_a_killed_server_is_replaced_though_a_helper_hangs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "ORPHANS_LIMIT_SECONDS", 0.2)
    url = postgres.start(place / "var")
    with closing(psycopg.connect(url)) as session:
        [helper] = session.execute("select pg_backend_pid()").fetchone() or [0]
        os.kill(helper, signal.SIGSTOP)
        os.kill(server_process(place / "var"), signal.SIGKILL)

        assert postgres.start(place / "var") == url

    with psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_note_of_a_process_that_is_somebody_else_now_is_not_believed(place: Path) -> None:
    url = postgres.start(place / "var")
    postgres.stop(place / "var")
    [data] = (place / "var").glob("postgres-*/data")
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n\n\n\nready\n")

    assert postgres.start(place / "var") == url
    assert server_process(place / "var") != os.getpid()


def test_a_build_that_was_interrupted_is_begun_again(place: Path) -> None:
    postgres.start(place / "var")
    postgres.stop(place / "var")
    [data] = (place / "var").glob("postgres-*/data")
    shutil.rmtree(data)
    half_built = data.with_name("data.new")
    half_built.mkdir()
    (half_built / "PG_VERSION").write_text("18\n")

    with psycopg.connect(postgres.start(place / "var")) as connection:
        assert connection.execute("select current_database()").fetchone() == ("infra24",)


@pytest.mark.parametrize("user", ["infra24", "postgres"])
@pytest.mark.parametrize("password", ["", "guess"])
def test_nobody_gets_in_without_the_password(place: Path, user: str, password: str) -> None:
    postgres.start(place / "var")
    [socket] = (place / "var").glob("postgres-*/socket")

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(socket), user=user, password=password, dbname="infra24", passfile=str(place / "none"))


def test_passwords_and_socket_are_private(place: Path) -> None:
    postgres.start(place / "var")
    [home] = (place / "var").glob("postgres-*")

    private = [home / "superuser_password", home / "owner_password", place / "var/database_url"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert {stat.S_IMODE((home / folder).stat().st_mode) for folder in ("data", "socket")} == {0o700}


def test_no_folder_on_the_way_changes_its_mode(place: Path) -> None:
    programs = postgres.find_programs(None)
    before = modes_up_to_root(place), modes_up_to_root(programs)

    postgres.start(place / "var")

    assert (modes_up_to_root(place), modes_up_to_root(programs)) == before


def test_two_data_folders_run_side_by_side(place: Path) -> None:
    urls = [postgres.start(place / name) for name in ("var one", "var two")]
    for number, url in enumerate(urls):
        with psycopg.connect(url) as connection:
            connection.execute(f"create table kiln as select {number} as number")

    postgres.stop(place / "var one")

    with psycopg.connect(urls[1]) as connection:
        assert connection.execute("select number from kiln").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["a long name " * 10, "a, comma", "$HOME `id` 'quoted' \"twice\" \\", "naïve ✓ 100%"])
def test_any_folder_name_will_do_and_nothing_stays_elsewhere(place: Path, name: str) -> None:
    url = postgres.start(place / name / "var")
    socket = Path(str(conninfo_to_dict(url)["host"]))

    with psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert socket.is_dir()
    postgres.stop(place / name / "var")

    assert not socket.exists()


def test_a_moved_checkout_finds_its_running_server(place: Path) -> None:
    (place / "here").mkdir()
    postgres.start(place / "here/var")
    process = server_process(place / "here/var")
    (place / "here").rename(place / "there")

    with psycopg.connect(postgres.start(place / "there/var")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert server_process(place / "there/var") == process


def test_a_folder_without_a_server_is_named_in_the_error(place: Path) -> None:
    with pytest.raises(PostgresError, match="postgres and initdb are expected there"):
        postgres.start(place / "var", bin_dir=place)


def test_the_log_explains_why_it_did_not_start(place: Path) -> None:
    postgres.start(place / "var")
    postgres.stop(place / "var")
    [data] = (place / "var").glob("postgres-*/data")
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")

    with pytest.raises(PostgresError, match="no_such_setting"):
        postgres.start(place / "var")


@as_root
def test_root_runs_it_as_an_account_that_cannot_sign_in(place: Path) -> None:
    postgres.start(place / "var")

    runs_as = pwd.getpwuid(Path(f"/proc/{server_process(place / 'var')}").stat().st_uid)
    assert runs_as.pw_name == account.SYSTEM_ACCOUNT
    assert runs_as.pw_shell.endswith(("/nologin", "/false"))


@as_root
def test_a_strict_umask_shuts_nobody_out(place: Path) -> None:
    before = os.umask(0o077)
    try:
        url = postgres.start(place / "deep" / "var")
    finally:
        os.umask(before)

    assert Path(f"/proc/{server_process(place / 'deep/var')}").stat().st_uid != 0
    with psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@as_root
def test_below_a_folder_only_root_may_enter_it_runs_in_a_namespace(place: Path) -> None:
    if account.Account(0, 0, account.NAMESPACE).run(["true"])[0]:
        pytest.skip("this machine allows no user namespaces")
    place.chmod(0o700)

    with psycopg.connect(postgres.start(place / "var")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@as_root
def test_where_no_account_will_do_root_is_told_the_ways_out(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "NAMESPACE", ("no-such-program",))
    place.chmod(0o700)

    with pytest.raises(PostgresError, match=r"not below /root.*DATABASE_URL"):
        postgres.start(place / "var")


@as_root
def test_an_ordinary_user_runs_it_as_themselves(place: Path) -> None:
    nobody = account.Account(NOBODY, NOBODY)
    python = next((path for path in map(Path, ["/usr/bin/python3", "/usr/local/bin/python3"]) if path.exists()), None)
    programs = postgres.find_programs(None)
    if not python or not nobody.reaches(place, programs / "postgres"):
        pytest.skip("no Python or PostgreSQL that others may run")
    shutil.copytree(Path(postgres.__file__).parent, place / "launch")
    home = place / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)

    def launch(action: str) -> str:
        command = [str(python), "-m", "launch.postgres", action, "--var", str(home / "var"), "--bin", str(programs)]
        done = subprocess.run(
            command, cwd=place, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        return done.stdout.strip()

    url = launch("start")
    try:
        assert Path(f"/proc/{server_process(home / 'var')}").stat().st_uid == NOBODY
        assert launch("url") == url
        with psycopg.connect(url) as connection:
            assert connection.execute("select current_user").fetchone() == ("infra24",)
    finally:
        assert launch("stop") == "PostgreSQL stopped."
