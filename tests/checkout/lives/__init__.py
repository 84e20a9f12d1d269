"""Random lives of purchases, by what may happen: `cards`, `by_hand`, `shops`, `changing`, `claiming`, `paying_out`.

`world` is the stage, `oracles` what always holds, `endings` how every life comes to its end.
"""
