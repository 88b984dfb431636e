"""The BMCs of the lab's hosts: Redfish over real HTTPS, served by one event loop with one certificate for all."""
