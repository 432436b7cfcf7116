"""Random draws as pure functions of (seed, key): no state, no order, the same in every DuckDB version."""

import duckdb


def create_draw_macros(connection: duckdb.DuckDBPyConnection, seed: int, *, untidy: bool = False) -> None:
    """`draw(key)` in [0, 1), `guid(key)`, `letters(key, n)` (hex), `digits(key, n)`, `pick(list, key)`.

    `untidy(key, share)`: true for that share of the keys in a company that is asked to be untidy, else false.
    """
    salt = f"'{int(seed)}|' ||"
    connection.execute(f"""
        CREATE MACRO draw(k) AS (md5_number_lower({salt} k) >> 11) / 9007199254740992.0;
        CREATE MACRO hex_guid(h) AS h[1:8] || '-' || h[9:12] || '-4' || h[14:16] || '-a' || h[18:20] || '-'
            || h[21:32];
        CREATE MACRO guid(k) AS hex_guid(md5({salt} k));
        CREATE MACRO letters(k, n) AS upper(md5({salt} 'letters' || k)[1:n]);
        CREATE MACRO digits(k, n) AS lpad((md5_number_upper({salt} k) % 1000000000)::VARCHAR, 9,
            '0')[10 - n:9];
        CREATE MACRO untidy(k, share) AS {"draw('untidy' || k) < share" if untidy else "false"};
        CREATE MACRO pick(l, k) AS l[1 + floor(draw(k) * len(l))::INTEGER];
    """)
