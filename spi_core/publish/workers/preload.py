"""What the fork server imports: importing it warms the process."""

from spi_core.publish.workers.warm import warm_up

warm_up()
