"""Strings that have passed for something else than text somewhere, and a strategy that makes more of them."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = (
    "\x1b[2J\x1b]0;title\x07",
    "\x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31mred\x9b0m",
    "a\rb\x08\x08c\x7f\x00",
    "left\u202eright\u2066x\u2069\u200f\u061c",
    "zero\u200bwidth\ufeff",
    "line\u2028paragraph\u2029end",
    "tag\U000e0041\U000e0042",
    "half \ud83d of a pair",
    "no character \ufffe \uffff \U0001ffff",
    "new\n2019 forged row\n| forged | cell |",
    ":office: a:x:b 10:100:2 :smile:",
    "[bold red]error:[/] [link=http://example.invalid]x[/link] [/] \\[x] \\",
    "ends with \\\\",
    "=1+1",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://example.invalid","x")',
    "+1+cmd",
    "-2+3",
    "@SUM(1)",
    " =1",
    "\t=1",
    "＝1+1",
    "#REF!",
    "_x0041_",
    "'quoted",
    "![x](http://example.invalid/i.png)",
    "[x](javascript:alert(1)) <img src=x onerror=alert(1)> <script>alert(1)</script> &lt;b&gt; &#60;",
    "# heading",
    "1. list",
    "- list",
    "+ list",
    "    code",
    "```\nfence",
    "`code` *strong* _em_ ~~gone~~ fct_unit_score a|b $x$ ^y^",
    "---",
    "===",
    "<!-- gone -->",
    '"><svg onload=alert(1)>',
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    '#set page() #"x" $x$ <label> @ref *strong*',
    "🚧 བོད་ཡིག ᠮᠣᠩᠭᠣᠯ ئۇيغۇر ꀀꀁ \ue000\U000f0000",
)
FRAGMENTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(list("[]{}<>|\\`*_#!=+-@:;&'\"$~^%\x1b\x9b\n\t\r 县0a.)")),
    st.characters(),
)
hostile_text = st.lists(FRAGMENTS, max_size=8).map("".join)
