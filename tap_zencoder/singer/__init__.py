"""Everything that leans on the inside of singer-sdk, pinned to a minor version.

The SDK syncs stream after stream, derives bookmarks from records and leaves in silence
on a signal. Here it keeps what it does well, which is catalogs, stream maps and
flattening; `tap_zencoder.sync` does the rest. ``tests/singer`` fails when the SDK no
longer calls what is overridden.
"""
