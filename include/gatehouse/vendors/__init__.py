"""How each tool answers: pure readers, tool output in, facts and findings out. One file a tool or vendor.

Found by walking this folder; two readers of one tool are refused. No input or output happens here.
"""
