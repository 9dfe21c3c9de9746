"""What official texts name, each recognised in one place: 文号, dates and periods, titles, organs, regions, quantities,
modality, addresses. Pure, and at the bottom: nothing here imports another room but the words of a text (index.terms).

Spans are of the text given. Comparisons are made in the flat form of `printed.flatten`, in which 9． 83％ is 9.83% and
〔2022〕 is [2022]; `printed.locate` finds what was found there in the text as printed.
"""
