"""Make the office files of this folder anew: `python tests/data/sources/make_office.py`.

Needs LibreOffice (soffice) and pandoc. The files are committed, so that tests need neither.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

HERE = Path(__file__).parent

MANUAL = """<html><head><title>Otter pump, operating manual</title>
<meta name="author" content="Greta Holm"></head><body>
<h1>Otter pump</h1>
<p>This manual is for the models OP-2 and OP-5. Keep it near the pump.</p>
<h2>Safety</h2>
<ul><li>Disconnect the mains before you open the housing.</li>
<li>Never run the pump dry for more than 30 seconds.</li></ul>
<h2>Starting up</h2>
<ol><li>Fill the chamber with 2 litres of water.</li>
<li>Close the <b>bleed valve</b>.</li><li>Press the green button.</li></ol>
<h2>Technical data</h2>
<table border="1"><tr><th>Value</th><th>OP-2</th><th>OP-5</th></tr>
<tr><td>Flow</td><td>2 m<sup>3</sup>/h</td><td>5 m<sup>3</sup>/h</td></tr>
<tr><td>Pressure</td><td>3.5 bar</td><td>4.2 bar</td></tr>
<tr><td>Mass</td><td>11 kg</td><td>19 kg</td></tr></table>
<p>Spare parts are available for at least ten years after delivery.</p>
</body></html>"""

CONTRACT = """<html><head><title>Hosting agreement</title></head><body>
<h1>Hosting agreement</h1>
<p>between Alder Data Ltd. (“Provider”) and Bramble Books (“Customer”).</p>
<h2>1. Services</h2>
<p>The Provider hosts the Customer’s shop on two servers in Leeds. Availability is 99.9 % a month.</p>
<h2>2. Fees</h2>
<table border="1"><tr><th>Service</th><th>Fee a month</th></tr><tr><td>Hosting</td><td>£240</td></tr>
<tr><td>Backups</td><td>£35</td></tr></table>
<h2>3. Term</h2>
<p>The agreement begins on 1 May 2025 and may be terminated with three months’ notice.</p>
</body></html>"""

LETTER = """<html><body><p>Harrow Waterworks<br>12 Mill Lane, Harrow</p><p>3 March 2025</p>
<p><b>Planned interruption of your water supply</b></p>
<p>Dear customer,</p>
<p>on Tuesday, 18 March, we replace the valve at the corner of Mill Lane and Station Road. Your supply will be
interrupted from 9:00 to about 13:30. Please draw some water in advance and keep your taps closed meanwhile.</p>
<p>The water may be cloudy for an hour afterwards. This is harmless.</p>
<p>Yours sincerely,<br>Imogen Clay, network operations</p></body></html>"""

MINUTES = """---
title: Minutes of the parents' council
author: Solveig Aas
date: 2025-02-11
---

# Attendance

Nine of eleven members were present; the council has a quorum.

# Decisions

1. The summer fair is on 14 June.
2. Entry costs ~~3 euros~~ 2 euros.[^1]
    a. Children pay nothing.
    b. Helpers pay nothing.
3. The climbing frame is repaired for at most 1,800 euros.

[^1]: Decided with seven votes to two.

# Playground

The sand pit has an area of 24 m^2^; its depth follows from $d = V / A$.

| Device | Year | State |
|--------|------|-------|
| Swing  | 2014 | good  |
| Slide  | 2009 | worn  |
"""

SLIDES = """---
title: Migration to Birch 6
author: Data platform team
---

# Why now

- Birch 5 gets no fixes after **30 September 2025**
- Queries are about 40 % faster

::: notes
Mention that finance moved already in May.
:::

# Plan

1. Copy the staging cluster
2. Run both for two weeks
3. Switch on a Sunday

# Costs

| Item | Euro |
|------|------|
| Licences | 12,000 |
| Training | 3,500 |
"""

HANDBOOK = """---
title: Volunteer handbook
author: Riverside Animal Shelter
lang: en
---

# Welcome

Thank you for giving us your time. The shelter houses about 60 cats and 35 dogs.

# Your first day

Come at 8:45 and bring sturdy shoes. Your mentor shows you:

- the fire exits,
- the quarantine room, which only vets may enter.

# Walking dogs

Every dog has a card. **Red** cards are for experienced walkers alone.

| Card | Who may walk |
|------|--------------|
| green | everybody |
| yellow | after 3 months |
| red | after a test |
"""

STYLES = """<office:automatic-styles>
<style:style style:name="C" style:family="section"><style:section-properties>
<style:columns fo:column-count="2" fo:column-gap="0.6cm"/></style:section-properties></style:style>
<style:style style:name="T" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties fo:text-align="center"/><style:text-properties fo:font-size="18pt" fo:font-weight="bold"/>
</style:style>
<style:style style:name="H" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties fo:margin-top="0.4cm" fo:margin-bottom="0.2cm"/>
<style:text-properties fo:font-size="13pt" fo:font-weight="bold"/></style:style>
<style:style style:name="P" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties fo:text-align="justify" fo:margin-bottom="0.2cm"/>
<style:text-properties fo:font-size="10pt"/></style:style>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"
 fo:margin="2cm"/><style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles>"""

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
    )
)

NEWSLETTER = (
    ("T", "The Allotment Gazette"),
    ("H", "Water is back"),
    (
        "P",
        "After the dry spell of April the committee has bought a second tank. It holds 5,000 litres and stands behind "
        "the tool shed. Members may draw up to four cans a day. Hoses are still forbidden, except on Sunday evenings.",
    ),
    ("H", "Plot prices"),
    (
        "P",
        "From January a full plot costs £62 a year and a half plot £34. Members above the age of 67 pay half. "
        "The waiting list has 41 names; the mean waiting time is nineteen months.",
    ),
    ("H", "Autumn fair"),
    (
        "P",
        "The fair is held on 20 September in the parish hall. Marrows are weighed at noon. Last year's winner, "
        "Mr Okafor, brought a marrow of 28.4 kilograms, the heaviest since records began in 1974.",
    ),
    ("H", "From the bees"),
    (
        "P",
        "Both hives came through the winter. The first honey, about eleven kilograms, is sold at the gate from July on "
        "at £6 a jar. Please do not park in front of the hives: the bees mind it more than we do.",
    ),
)

PAPER_BODY = (
    ("H", "1 Introduction"),
    (
        "P",
        "Urban foxes cross roads at night. We ask whether street lamps with warm light change where they cross. "
        "Earlier work found no effect of brightness alone, but did not vary the colour of the light.",
    ),
    ("H", "2 Methods"),
    (
        "P",
        "Between May and October 2023 we recorded 1,318 crossings with 24 cameras in Graz. Half of the lamps were "
        "switched from 4,000 K to 2,200 K after eight weeks. Crossings were counted by two observers; they agreed "
        "in 96.1 % of the cases.",
    ),
    ("H", "3 Results"),
    (
        "P",
        "Under warm light the rate of crossings rose from 3.1 to 4.0 a night and camera. The difference is significant "
        "by a permutation test (p = 0.004). No effect was found within 50 metres of a park.",
    ),
    ("H", "4 Conclusion"),
    (
        "P",
        "Warm lamps invite foxes to cross. Where traffic is heavy, cold light may save lives. Whether hedgehogs "
        "behave alike is left to further work.",
    ),
)
PAPER_HEAD = (
    ("T", "Street lamps and the paths of urban foxes"),
    ("P", "Leonie Strasser and Mateo Quispe, Institute of Urban Ecology"),
)

SHEETS = {
    "Prices": (
        ("Product", "Unit", "Price (EUR)", "Valid from"),
        ("Oak plank", "m", 14.5, "2025-03-01"),
        ("Pine plank", "m", 6.25, "2025-03-01"),
        ("Birch veneer", "m²", 22, "2025-04-15"),
    ),
    "Stock": (
        ("Product", "Warehouse", "Pieces"),
        ("Oak plank", "Linz", 310),
        ("Oak plank", "Wels", 45),
        ("Pine plank", "Linz", 1280),
    ),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        office(work, "manual", "html", MANUAL, "docx:MS Word 2007 XML")
        office(work, "contract", "html", CONTRACT, "odt:writer8")
        office(work, "letter", "html", LETTER, "pdf:writer_web_pdf_Export")
        office(work, "datasheet", "html", MANUAL.replace("Otter pump", "Beaver pump"), "pdf:writer_web_pdf_Export")
        office(work, "newsletter", "fodt", text_document((), NEWSLETTER), "pdf")
        office(work, "paper", "fodt", text_document(PAPER_HEAD, PAPER_BODY), "pdf")
        office(work, "price-list", "fods", sheets(SHEETS), "xlsx")
        office(work, "stock", "fods", sheets(dict(reversed(SHEETS.items()))), "ods")
        pandoc(MINUTES, "minutes.docx")
        pandoc(SLIDES, "slides.pptx")
        pandoc(HANDBOOK, "handbook.epub")


def office(work: Path, name: str, suffix: str, content: str, form: str) -> None:
    """Convert a document by LibreOffice; `form` is the suffix of what it becomes, and the filter's name if needed."""
    source = work / f"{name}.{suffix}"
    source.write_text(content, encoding="utf-8")
    reader = ["--infilter=HTML (StarWriter):EncodedUTF8"] if suffix == "html" else []
    command = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", *reader]
    command += ["--convert-to", form, "--outdir", str(HERE), str(source)]
    subprocess.run(command, check=True, capture_output=True)


def pandoc(markdown: str, name: str) -> None:
    command = ["pandoc", "-f", "markdown", "-o", str(HERE / name)]
    subprocess.run(command, input=markdown.encode(), check=True)


def text_document(head: Sequence[tuple[str, str]], body: Sequence[tuple[str, str]]) -> str:
    """Return a flat OpenDocument text: `head` over the full width, `body` in two columns, a running title."""
    above, below = (
        "".join(f'<text:p text:style-name="{s}">{escape(t)}</text:p>' for s, t in part) for part in (head, body)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES} office:version="1.2"'
        f' office:mimetype="application/vnd.oasis.opendocument.text">{STYLES}'
        '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">'
        "<style:footer><text:p>Page <text:page-number>1</text:page-number></text:p></style:footer>"
        f"</style:master-page></office:master-styles><office:body><office:text>{above}"
        f'<text:section text:name="columns" text:style-name="C">{below}</text:section>'
        "</office:text></office:body></office:document>"
    )


def sheets(tables: dict[str, Sequence[Sequence[object]]]) -> str:
    """Return a flat OpenDocument spreadsheet."""
    made = "".join(
        f'<table:table table:name="{name}">{"".join(map(sheet_row, rows))}</table:table>'
        for name, rows in tables.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES} office:version="1.2"'
        ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f"<office:body><office:spreadsheet>{made}</office:spreadsheet></office:body></office:document>"
    )


def sheet_row(values: Sequence[object]) -> str:
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        if isinstance(value, str)
        else f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        for value in values
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


if __name__ == "__main__":
    main()
