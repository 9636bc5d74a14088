"""The wire: every byte that went and came, tapped between Scrapy and the socket, and never into a private network.

`handler` is what Scrapy downloads by; `guard` looks at the addresses that names lead to, `limits` cut what does not
end. Knows nothing of manners or of what pages say.
"""
