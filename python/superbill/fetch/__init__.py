"""Official files, downloaded on the user's machine when the user asks: `superbill kb fetch`.

What is known of the publishers' pages is data (`feeds.toml`, read by `feeds`); `releases` says which release is meant, `links` finds files
on a listing page, `download` brings one file, `manifest` remembers what was brought, and `run` puts them together. Nothing here is imported
by `import superbill`, and nothing asks the network before `run.fetch` is called.
"""
