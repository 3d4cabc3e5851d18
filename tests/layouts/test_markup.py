"""The skeleton as HTML: what is written, and what cannot be."""

import pytest
from dash import dcc, html

from layouts.markup import markup


def test_an_element_has_its_attributes_by_their_html_names_and_its_children_in_their_order() -> None:
    drawn = html.Div(["a", html.B("b"), None, 3], id="x", className="one two", tabIndex=-1, **{"data-n": "5"})
    assert markup(drawn) == '<div id="x" class="one two" tabindex="-1" data-n="5">a<b>b</b>3</div>'


def test_what_has_no_content_is_not_closed_and_what_is_not_set_is_left_out() -> None:
    assert markup([html.Br(), html.Button("go", disabled=True, title=None)]) == "<br><button disabled>go</button>"


def test_nothing_in_a_text_or_an_attribute_becomes_markup() -> None:
    drawn = markup(html.P("<script>alert(1)</script> & so", title='"><img src=x>'))
    assert drawn == '<p title="&quot;&gt;&lt;img src=x&gt;">&lt;script&gt;alert(1)&lt;/script&gt; &amp; so</p>'


def test_what_only_a_script_can_draw_is_refused() -> None:
    with pytest.raises(TypeError, match=r"dash_core_components\.Graph"):
        markup(html.Div(dcc.Graph()))
