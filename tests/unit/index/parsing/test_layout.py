from index.parsing.layout import ParsedBlock, lay_out


def test_fields_come_first_each_with_its_meaning():
    text, sections = lay_out([ParsedBlock("prose", "It flies.")], [("author", "Rosa Lindt")])
    assert text == "Author: Rosa Lindt\n\nIt flies.\n"
    assert [section.heading for section in sections] == ["Front matter", ""]
    (block,) = sections[0].blocks
    assert (text[block.start : block.end], block.kind) == ("Rosa Lindt", "field")
    assert block.lead.startswith("Author: ")


def test_an_items_number_is_part_of_the_item():
    text, sections = lay_out([ParsedBlock("item", "Stop it.", mark="1."), ParsedBlock("item", "Eat.")])
    assert text == "1. Stop it.\n- Eat.\n"
    assert [text[block.start : block.end] for block in sections[0].blocks] == ["1. Stop it.", "Eat."]


def test_a_section_knows_the_places_of_its_headings():
    headings = [ParsedBlock("heading", "Changes", level=1), ParsedBlock("heading", "7.2", level=2)]
    text, sections = lay_out([*headings, ParsedBlock("prose", "It flies.")])
    assert [text[above.start : above.end] for above in sections[0].path] == ["Changes", "7.2"]


def test_a_lone_heading_with_a_figure_is_read_in_the_section_above():
    headings = [
        ParsedBlock("heading", text, level=level) for text, level in (("Tern", 1), ("2.0 (2025)", 2), ("End", 2))
    ]
    text, sections = lay_out(headings)
    assert [(section.heading, text[block.start : block.end]) for section in sections for block in section.blocks] == [
        ("Tern", "2.0 (2025)")
    ]
