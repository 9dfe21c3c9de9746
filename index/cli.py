"""How every command line ends: errors become one Chinese line on stderr and exit 2; nothing here knows what failed."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

from index.errors import TiaowenError

_TOLD = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘已满",
    errno.EIO: "磁盘读写出错（可能已满或损坏）",
    errno.EACCES: "没有写入权限",
    errno.EROFS: "没有写入权限",
}
_STOPPED = 130  # as shells report a process ended by Ctrl-C


def run(main: Callable[[], object]) -> None:
    """Call `main` and leave the process: 0 done, 2 refused with one line, 130 stopped by the user."""
    import typer
    from typer.exceptions import TyperException

    try:
        code = main()
    except typer.Exit as error:
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = _STOPPED
    except TyperException as error:  # a wrong option or argument
        what = error.format_message() if hasattr(error, "format_message") else str(error)
        _fail(f"命令有误：{what}（--help 查看用法）".replace("\n", " "))
    except TiaowenError as error:
        _fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away, as `| head` does
        sys.exit(0)
    except OSError as error:
        if error.errno not in _TOLD:
            raise
        what = _TOLD[error.errno]
        _fail(f"{what}：{error.filename or error.strerror}。原有数据未受影响，请处理后重试")
    if code == _STOPPED:  # which typer also returns as a plain exit code
        print("已停止。", file=sys.stderr)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(line: str) -> None:
    print(line, file=sys.stderr)
    sys.exit(2)
