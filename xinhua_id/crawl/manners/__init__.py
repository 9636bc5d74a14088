"""Manners towards a site: who asks, whether, when, how often and how much.

`politeness` holds every request back until it may leave. For each `site` it keeps a `gate`, a `pace` and a `breaker`;
`robots`, `hours`, `tdm` and `permission` say what the site wants, `budget` what a run may spend. Knows nothing of what
pages say.
"""
