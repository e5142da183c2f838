"""What `whiteroom init` writes: a small working project, one folder of templates for each kind.

In names and texts, ``@name@`` is the project's name, ``@module@`` the same as Python writes it, and
``@title@`` what people read.
"""
