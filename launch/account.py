"""As whom PostgreSQL's programs run, for it refuses to run as root.

An ordinary user runs them as themselves. For root there is a system account
that cannot sign in; where it cannot reach the folders (say, below /root) or
cannot be made, a user namespace in which root's own files belong to `nobody`.
Folders that are already there keep their modes, whatever the outcome.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEM_ACCOUNT = "infra24-postgres"
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


class NoAccount(Exception):
    """Nobody here may run PostgreSQL on that folder; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """Whose rights a command gets. `prefix` is put before each command."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def popen(self, command: Sequence[str | Path], *, stdin: int, stdout: int, stderr: int) -> subprocess.Popen[str]:
        """Start a command in a session of its own, so that Ctrl-C in our terminal is not for it.

        It starts in "/", for the account may not be allowed into the folder we happen to be in.
        """
        return subprocess.Popen(
            [*self.prefix, *map(str, command)],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            start_new_session=True,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
        )

    def run(self, command: Sequence[str | Path], *, text: str = "") -> tuple[int, str]:
        """Run a command to its end with `text` as input; its status, and output and errors together."""
        with self.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            output, _ = process.communicate(text)
        return process.returncode, output

    def own(self, path: Path) -> None:
        """Hand over something we just made."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path, program: Path) -> bool:
        """True when the account may pass into the folder and run the program."""
        try:
            return self.run(["test", "-x", folder])[0] == 0 and self.run([program, "--version"])[0] == 0
        except OSError:
            return False


def choose_account(*, data: Path, program: Path) -> Account:
    """Who runs `program` on the folder `data`, which need not exist yet; its parent must.

    Raises NoAccount.
    """
    me = Account(os.geteuid(), os.getegid())
    owner = data.stat() if data.exists() else None
    if me.uid != 0:
        if owner and owner.st_uid != me.uid:
            raise NoAccount(
                f"{data} belongs to {_name(owner.st_uid)}."
                " Run as that user, or choose another data folder: INFRA24_VAR=…"
            )
        return me
    namespace = Account(me.uid, me.gid, NAMESPACE)
    if owner:
        candidates = [Account(owner.st_uid, owner.st_gid) if owner.st_uid else namespace]
    else:
        system = _system_account()
        candidates = [system, namespace] if system else [namespace]
    for account in candidates:
        if account.reaches(data.parent, program):
            return account
    raise NoAccount(
        f"PostgreSQL does not run as root, and no other account may enter both {data.parent} and {program.parent}."
        " Move the checkout to a folder everybody may pass through (not below /root), run as an ordinary user,"
        " or give the address of a running PostgreSQL in DATABASE_URL."
    )


def _system_account() -> Account | None:
    """The account made for this, now if need be; None where it cannot be made."""
    for attempt in ("find", "find after making"):
        try:
            entry = pwd.getpwnam(SYSTEM_ACCOUNT)
        except KeyError:
            if attempt == "find" and shutil.which("useradd"):
                shell = shutil.which("nologin") or "/bin/false"
                options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell]
                subprocess.run(["useradd", *options, SYSTEM_ACCOUNT], check=False, capture_output=True)
        else:
            return Account(entry.pw_uid, entry.pw_gid)
    return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
