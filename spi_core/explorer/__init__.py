"""The Borough Data Explorer: data, shapes and page, written once and opened anywhere."""
