"""What the fork server imports: importing it warms the process."""

from contextlib import suppress

with suppress(Exception):  # the document that needs what is amiss meets it again, and tells it
    from spi_core.publish.workers.warm import warm_up

    warm_up()
