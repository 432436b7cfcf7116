"""Make the sample company: its exports (inbox/), its settings and the answers (expected/).

The behaviour is drawn first; exports and answers are both derived from it. Without arguments the
committed files are made again, byte for byte. Examples:

    python sample_data/generate.py
    python sample_data/generate.py --seed 7 --people 10000 --output /tmp/large
    python sample_data/generate.py --only entra_sign_ins --sign-ins 2000000 --output /tmp/benchmark
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import duckdb
from generator import (
    behaviour,
    company,
    dirt,
    exports_browser,
    exports_directory,
    exports_lists,
    exports_okta,
    exports_provisioning,
    exports_sign_ins,
    exports_spend,
    settings,
    truth,
)
from generator.options import PARTS, Options
from generator.randomness import create_draw_macros
from generator.writing import Writer

EXPORTS: dict[str, Callable[[Writer], None]] = {
    "entra_sign_ins": exports_sign_ins.write_sign_ins,
    "entra_directory": exports_directory.write_directory,
    "entra_provisioning": exports_provisioning.write_provisioning,
    "okta": exports_okta.write_okta,
    "push": exports_browser.write_push,
    "browser": exports_browser.write_chrome,
    "spend": exports_spend.write_spend,
    "hr": exports_lists.write_hr,
    "app_users": exports_lists.write_app_users,
    "dirt": dirt.write_dirt,
}


def generate(options: Options) -> None:
    """Write the parts that were asked for below `options.output`."""
    with duckdb.connect() as connection:
        create_draw_macros(connection, options.seed, untidy=options.untidy)
        company.create_person(connection, options)
        company.create_stranger(connection)
        writer = Writer(connection, options)
        if options.sign_ins is not None:
            behaviour.create_app(connection)
            exports_sign_ins.write_benchmark_sign_ins(writer, options.sign_ins)
            return
        behaviour.create_behaviour(connection, options)
        for part, write in EXPORTS.items():
            if part in options.only:
                write(writer)
        if "settings" in options.only:
            settings.write_settings(connection, options)
        if "expected" in options.only:
            truth.write_expected(connection, options, writer.written)


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line as options; refuse combinations that make no sense."""
    default = Options(output=Path(__file__).resolve().parent)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument(
        "--people", type=int, default=default.people, help="multiples of 60 keep every special case"
    )
    parser.add_argument("--days", type=int, default=default.days)
    parser.add_argument(
        "--end", type=date.fromisoformat, default=default.end, metavar="DATE", help="last day"
    )
    parser.add_argument("--output", type=Path, default=default.output, metavar="DIR")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS)
    )
    parser.add_argument(
        "--sign-ins", type=int, metavar="N", help="with --only entra_sign_ins: exactly N, one file"
    )
    parser.add_argument(
        "--untidy",
        action="store_true",
        help="more dirt: tags and capitals in addresses, logins in the other domain, names on cards turned",
    )
    given = parser.parse_args(arguments)
    if given.people < 1 or given.days < 30:
        parser.error("--people must be at least 1 and --days at least 30")
    if given.sign_ins is not None and tuple(given.only) != ("entra_sign_ins",):
        parser.error("--sign-ins goes with --only entra_sign_ins")
    if "dirt" in given.only and "spend" not in given.only:
        parser.error("the part dirt repeats files of the part spend: name both")
    return Options(
        output=given.output,
        seed=given.seed,
        people=given.people,
        days=given.days,
        end=given.end,
        only=tuple(given.only),
        sign_ins=given.sign_ins,
        untidy=given.untidy,
    )


if __name__ == "__main__":
    generate(read_options())
