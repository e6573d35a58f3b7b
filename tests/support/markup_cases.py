"""Texts with markup as people write them, and what is to be heard of each, sentence by sentence.

They were written down before the readers were built. `|` parts the blocks after which there is a pause; what is not
listed is not spoken.
"""

from __future__ import annotations

# Markdown, recognised by what it looks like.
MARKDOWN: dict[str, tuple[str, str]] = {
    # READMEs
    "a heading and its text": ("# Section 1\nThe text follows.", "Section 1 | The text follows."),
    "a heading alone": ("## Getting started", "Getting started"),
    "closing marks of a heading": ("# Usage #\n\nRun it.", "Usage | Run it."),
    "setext headings": ("Title\n=====\n\nPart\n----\n\nText.", "Title | Part | Text."),
    "emphasis": ("This is **bold**, *slanted* and ***both***.", "This is bold, slanted and both."),
    "underscores": ("This is __bold__ and _slanted_.", "This is bold and slanted."),
    "inline code": ("Run `pip install wheel` now.", "Run pip install wheel now."),
    "code with backticks in it": ("Type ``a`b`` here.", "Type a`b here."),
    "a fenced block of code": (
        "Use it:\n\n```python\nimport os\nprint(os.getcwd())\n```\n\nDone.",
        "Use it: | Code omitted. | Done.",
    ),
    "a command alone in a block": (
        "Install it:\n\n```\npip install tool\n```",
        "Install it: | pip install tool",
    ),
    "a link": ("See [the guide](https://example.org/a_b_c) first.", "See the guide first."),
    "a link with a title": ('See [it](https://example.org "A title").', "See it."),
    "a link by reference": ("See [the guide][g].\n\n[g]: https://example.org", "See the guide."),
    "a bare address": ("See **this**: https://example.org/x", "See this: https://example.org/x"),
    "an address between angle brackets": ("Write to <me@example.org>.", "Write to me@example.org."),
    "a badge and a picture": (
        "[![Build](https://ci.example/b.svg)](https://ci.example) ![A cat on a mat](cat.png)",
        "Build A cat on a mat",
    ),
    "a picture without a description": ("Look.\n\n![](cat.png)\n\n**Nice.**", "Look. | Nice."),
    "bullets": ("**Buy:**\n\n- milk\n- eggs\n- tea", "Buy: | milk | eggs | tea"),
    "nested bullets": ("* one\n  * two\n    * three\n* **four**", "one | two | three | four"),
    "numbers": ("**Steps**\n\n1. Mix.\n2. Bake.\n3. Eat.", "Steps | 1. Mix. | 2. Bake. | 3. Eat."),
    "numbers that are all one": ("**Steps**\n\n1. Mix\n1. Bake", "Steps | 1. Mix | 2. Bake"),
    "tasks": ("- [x] Write it\n- [ ] Test it", "Write it | Test it"),
    "a table": (
        "| City | People |\n|------|-------:|\n| Paris | 2.1 million |\n| Lyon | 520,000 |",
        "City: Paris; People: 2.1 million | City: Lyon; People: 520,000",
    ),
    "a table without outer bars": ("Name | Age\n--- | ---\nAda | 36", "Name: Ada; Age: 36"),
    "a table with an empty cell": ("| A | B |\n|---|---|\n| 1 |   |", "A: 1"),
    "a quotation": ("> To be, or **not** to be.\n> That is it.", "To be, or not to be. | That is it."),
    "a text that is a quotation": ("> To be is to do.\n>\n> It is so.", "To be is to do. | It is so."),
    "one quoted line": ("> To be.", "To be."),
    "a note of GitHub": ("> [!NOTE]\n> Mind the gap.", "Note | Mind the gap."),
    "a rule": ("Before.\n\n***\n\n**After.**", "Before. | After."),
    "struck-out text": ("It costs ~~$20~~ $15.", "It costs $15."),
    "front matter": ("---\ntitle: A day\ntags: [x]\n---\n\n# A day\n\nIt rained.", "A day | It rained."),
    "a footnote": ("The sky is blue.[^1]\n\n[^1]: Rayleigh, 1871.", "The sky is blue."),
    "definitions": ("# Terms\n\nMel\n: A scale of pitch.", "Terms | Mel | A scale of pitch."),
    "HTML in Markdown": ("# Hi\n\nA<br>B <kbd>Ctrl</kbd> <!-- no --> H<sub>2</sub>O", "Hi | A | B Ctrl H2O"),
    "details": (
        "<details>\n<summary>More</summary>\n\nHidden **text**.\n\n</details>",
        "More | Hidden text.",
    ),
    "a centred picture": (
        '<p align="center">\n  <img src="logo.svg" alt="The logo">\n</p>\n\n# Name',
        "The logo | Name",
    ),
    # answers of language models
    "a bold lead-in": ("**Answer:** It is 42.", "Answer: It is 42."),
    "a list of points": (
        "Here are two:\n\n1. **Speed**: it is fast.\n2. **Size**: it is small.",
        "Here are two: | 1. Speed: it is fast. | 2. Size: it is small.",
    ),
    "citations": ("Water is wet [1]. Fire is hot [2, 3].", "Water is wet. | Fire is hot."),
    "citations as links": ("Water is wet [[1]](https://a.example).", "Water is wet."),
    "citations with sources": ("It rained.【4:0†source】", "It rained."),
    "a poem in a block of text": (
        "```text\nRoses are red,\nviolets are blue,\nsugar is sweet.\n```",
        "Roses are red, | violets are blue, | sugar is sweet.",
    ),
    "a draft of a letter": ("> Dear Ada,\n>\n> **Thank you.**\n>\n> Tom", "Dear Ada, | Thank you. | Tom"),
    "an unknown tag": ("Replace `x` with <your name> please.", "Replace x with your name please."),
    "mathematics": ("The **area** is $x^2$.", "The area is $x^2$."),
    "prices are no mathematics": ("It is **$5** or $6_7.", "It is $5 or $6_7."),
    # escapes and entities
    "escapes": (r"the \*writer\* and the \_reader\_", "the *writer* and the _reader_"),
    "an escaped hash": (r"\# not a heading, **bold**", "# not a heading, bold"),
    "entities": ("It&#39;s Tom &amp; Jerry&mdash;again.", "It's Tom & Jerry—again."),
    "quotes as entities": ("She said &quot;no&quot; &lt;3", 'She said "no" <3'),
    "spaces as entities": ("5&nbsp;km&hellip;", "5 km…"),
    "hard breaks": ("**Ada**  \n12 Main Street  \nSpringfield", "Ada | 12 Main Street | Springfield"),
    "a joined line": (
        "This is *one* sentence that its writer has broken\nat the end of a full line.",
        "This is one sentence that its writer has broken at the end of a full line.",
    ),
}

# HTML, recognised by what it looks like.
HTML: dict[str, tuple[str, str]] = {
    "paragraphs": ("<p>One.</p><p>Two.</p>", "One. | Two."),
    "paragraphs without ends": ("<p>One<p>Two", "One | Two"),
    "an aside": ("<aside>A note.</aside>", "A note."),
    "inline tags": ("It is <b>very</b> <i>cold</i>.", "It is very cold."),
    "entities": ("<p>It&#39;s &mdash; fine &amp; good &lt;3", "It's — fine & good <3"),
    "lists": ("<ul><li>a<li>b<ol><li>c<li>d</ol></ul>", "a | b | 1. c | 2. d"),
    "a list that counts down": ("<ol reversed><li>a<li>b</ol>", "2. a | 1. b"),
    "a list from a number": ('<ol start="9"><li>a<li value=20>b<li>c</ol>', "9. a | 20. b | 21. c"),
    "a whole page": (
        "<!DOCTYPE html><html><head><title>T</title><style>p{}</style><script>x()</script></head>"
        "<body><header><nav><a href=/>Home</a></nav></header><main><h1>Big</h1><p>Text.</p></main>"
        "<footer>Copyright</footer></body></html>",
        "Big | Text.",
    ),
    "comments and scripts": ("<p>A<!-- b --><script>if (1 < 2) {}</script> c</p>", "A c"),
    "hidden": (
        '<p>A <span hidden>b</span><span style="display:none">c</span><i aria-hidden=true>d</i> e',
        "A e",
    ),
    "templates": ("<p>A</p><template><p>B</p></template><noscript>C</noscript><p>D</p>", "A | D"),
    "a table": (
        "<table><caption>Fruit</caption><tr><th>Name<th>Price<tr><td>Apple<td>$1<tr><td>Pear<td>$2</table>",
        "Fruit | Name: Apple; Price: $1 | Name: Pear; Price: $2",
    ),
    "a table with headers of rows": (
        "<table><tr><th>Born<td>4 July 1900<tr><th>Died<td>1980</table>",
        "Born: 4 July 1900 | Died: 1980",
    ),
    "a table without headers": ("<table><tr><td>One<td>Two<tr><td>3<td>4</table>", "One; Two | 3; 4"),
    "a table for layout": (
        "<table><tr><td><h2>Menu</h2><p>Soup.</p><td><p>Bread.</p></table>",
        "Menu | Soup. | Bread.",
    ),
    "a poem with breaks": (
        "<p>Roses are red,<br>Violets are blue<br><br>Sugar is sweet</p>",
        "Roses are red, | Violets are blue | Sugar is sweet",
    ),
    "a mail that is broken at full lines": (
        "<p>I wanted to tell you that the parcel has arrived<br>and that everything in it was whole.</p>",
        "I wanted to tell you that the parcel has arrived and that everything in it was whole.",
    ),
    "a preformatted poem": (
        "<pre>The fog comes\non little cat feet.</pre>",
        "The fog comes | on little cat feet.",
    ),
    "code": ("<p>Run <code>ls</code>:</p><pre><code>a = 1\nb = 2\n</code></pre>", "Run ls: | Code omitted."),
    "a note mark": ('<p>True.<sup><a href="#fn1">1</a></sup> Next.', "True. | Next."),
    "a citation of Wikipedia": (
        '<p>The city<sup id="cite_ref-1" class="reference"><a href="#cite_note-1"><span>[</span>1<span>]</span></a>'
        "</sup> grew.</p>",
        "The city grew.",
    ),
    "exponents and indices": ("<p>5 km<sup>2</sup>, x<sup>2</sup>, H<sub>2</sub>O", "5 km², x², H2O"),
    "ordinals": ("<p>the 1<sup>st</sup> of May", "the 1st of May"),
    "pictures": ('<p>Look: <img src="x.png" alt="A red door"><img alt="" src=y>.', "Look: A red door."),
    "a figure": (
        '<figure><img src=x alt="A hill"><figcaption>The hill.</figcaption></figure>',
        "A hill | The hill.",
    ),
    "quotes": ("<p>He said <q>no</q>.", "He said “no”."),
    "abbreviations": ('<p>The <abbr title="World Health Organization">WHO</abbr> said.', "The WHO said."),
    "deleted and inserted": ("<p>It is <del>red</del><ins>blue</ins>.", "It is blue."),
    "ruby": ("<p><ruby>base<rp>(</rp><rt>above</rt><rp>)</rp></ruby> text", "base text"),
    "definitions": ("<dl><dt>Mel<dd>A scale.<dt>Bark<dd>Another.</dl>", "Mel | A scale. | Bark | Another."),
    "block quotes": ("<blockquote><p>To be.</p></blockquote><p>He said.", "To be. | He said."),
    "forms": ('<form><label>Name</label><input value="x"><button>Send</button></form><p>Text', "Name | Text"),
    "rules": ("<p>A</p><hr><p>B</p>", "A | B"),
    "parts of words": ("<p><span>W</span>ord<wbr>s an<b>d</b> more", "Words and more"),
    "blocks part words": ("<div>One</div><div>Two</div>", "One | Two"),
    "wrong nesting": ("<p>A <b>b <i>c</b> d</i> e", "A b c d e"),
    "an end tag too many": ("<p>A</b></i></div> b</p>", "A b"),
    "an unknown element": ("<p>Hello <foo>there</foo>.", "Hello there."),
    "a recipe": (
        '<div class="recipe"><h2>Pancakes</h2><ul><li>200&nbsp;g flour</li><li>½ l milk</li></ul>'
        "<ol><li>Mix.</li><li>Fry.</li></ol></div>",
        "Pancakes | 200 g flour | ½ l milk | 1. Mix. | 2. Fry.",
    ),
    "an article of a wiki": (
        '<h2>History<span class="mw-editsection">[<a href="/edit">edit</a>]</span></h2><p>It began in 1900.</p>'
        '<div class="reflist"><ol><li>A book.</li></ol></div>',
        "History | It began in 1900.",
    ),
    "a mail": (
        "<html><body><div>Hi Tom,</div><div><br></div><div>see you at 5&nbsp;pm.</div><div>Ada</div></body></html>",
        "Hi Tom, | see you at 5 pm. | Ada",
    ),
    "XHTML": (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>'
        '<p><a id="x"/>One <i>two</i><br/>Three</p></body></html>',
        "One two | Three",
    ),
    "a notice of a browser": ("<p>Text.</p><iframe src=x>No frames</iframe><video>No video</video>", "Text."),
}

# Plain text, which stays as it is.
PLAIN: tuple[str, ...] = (
    "3 * 4 * 5 is 60.",
    "Call snake_case_name and __init__ today.",
    "a < b and c > d",
    "if x<y and y>z then",
    "if a<b and c>d then",
    "#1 fan of C# and F#",
    "# of people: 5",
    "- Who is there? - he asked.",
    "– dash dialogue",
    "1. e4 e5 2. Nf3 Nc6",
    "He wrote [sic] that.",
    "I <3 you",
    "*** scene break ***",
    "***",
    "* * *",
    "---",
    "> On Monday Tom wrote:\n> See you at five.\n\nYes!",
    "Tom & Jerry; AT&T; R&D;",
    "5 > 3 and 2 < 4",
    "2**3 is 8 and 2*3*4 is 24",
    "Prices from $5* (*conditions apply).",
    "*conditions apply",
    "f(x) = x_1 + x_2",
    "It's ` a tick and ´ another",
    r"C:\*.* and C:\_temp\new",
    "a | b | c",
    "~5 km or ~10 km",
    "array[1] and list[2] are set",
    "[1] J. Smith, A Book.",
    "Say [[ həlˈoʊ ]] [pause 0.5s] now.",
    "x = y; // no comment",
    ":-) :D ^_^ >_< <_< -_-",
    "Part A\n\n    An indented line stays a line.",
    "Dear Ada,\n\n- milk\n- eggs\n\nTom",
    "Q&A: what's &c.?",
    "the <name> of the rose",
)
