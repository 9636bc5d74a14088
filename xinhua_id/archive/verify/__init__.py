"""Whether an archive is whole: every file what its records, its index, its items, its manifests and the catalogue say.

`Verification` is the door. What a WARC file shows by itself is `warc.check`'s; here the parts of an archive are held
against each other, in all directions. Nothing is ever written into the archive.
"""

from xinhua_id.archive.verify.run import Verification
from xinhua_id.archive.verify.scope import Scope, scope_of

__all__ = ["Scope", "Verification", "scope_of"]
