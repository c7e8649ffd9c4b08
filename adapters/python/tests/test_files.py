"""The files as files: for Python 3.8, of the standard library, fit to be copied."""

import ast
import glob
import os
import sys
import unittest

PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "gatehouse")
FILES = sorted(glob.glob(os.path.join(PACKAGE, "*.py")))
# The SDK itself is asked for its HookMatcher; it brings anyio, which knows event loops other than asyncio's.
FOREIGN = {"claude_agent_sdk", "anyio"}
# Came with a Python later than 3.8.
LATER = {
    ("asyncio", "to_thread"), ("asyncio", "timeout"), ("asyncio", "TaskGroup"), ("asyncio", "Runner"), ("functools", "cache"),
    ("math", "lcm"), ("itertools", "pairwise"), ("contextlib", "nullcontext_async"), ("os", "waitstatus_to_exitcode"),
}  # fmt: skip
LATER_METHODS = {"removeprefix", "removesuffix"}


class Files(unittest.TestCase):
    def trees(self):
        self.assertGreater(len(FILES), 5)
        for path in FILES:
            with open(path, encoding="utf-8") as f:
                yield os.path.basename(path), f.read()

    def test_syntax_of_3_8(self):
        for name, text in self.trees():
            with self.subTest(name=name):
                ast.parse(text, feature_version=(3, 8))

    def test_no_later_names(self):
        for name, text in self.trees():
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Attribute):
                    self.assertNotIn(node.attr, LATER_METHODS, name)
                    if isinstance(node.value, ast.Name):
                        self.assertNotIn((node.value.id, node.attr), LATER, name)
                # list[int] and X | Y in annotations are evaluated, and fail before 3.9 and 3.10.
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    for arg in node.args.args + node.args.kwonlyargs:
                        self.check_annotation(name, arg.annotation)
                    self.check_annotation(name, node.returns)
                if isinstance(node, ast.AnnAssign):
                    self.check_annotation(name, node.annotation)

    def check_annotation(self, name, annotation):
        for node in ast.walk(annotation) if annotation else ():
            self.assertFalse(isinstance(node, ast.BinOp), "%s line %s" % (name, getattr(node, "lineno", "")))
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                self.assertNotIn(node.value.id, ("list", "dict", "tuple", "set", "type"), name)

    @unittest.skipUnless(hasattr(sys, "stdlib_module_names"), "needs Python 3.10")
    def test_only_the_standard_library(self):
        own = {os.path.basename(p)[:-3] for p in FILES}
        for name, text in self.trees():
            for node in ast.walk(ast.parse(text)):
                for module in imported(node):
                    top = module.split(".")[0]
                    self.assertTrue(top in sys.stdlib_module_names or top in own or top in FOREIGN, "%s imports %s" % (name, module))

    def test_both_ways_of_importing_name_the_same(self):
        for name, text in self.trees():
            for node in ast.parse(text).body:
                if isinstance(node, ast.If) and ast.unparse(node.test) == "__package__" if hasattr(ast, "unparse") else False:
                    inside = [(n.module, [a.name for a in n.names]) for n in node.body]
                    beside = [(n.module, [a.name for a in n.names]) for n in node.orelse]
                    self.assertEqual(inside, beside, name)
                    self.assertEqual({n.level for n in node.body}, {1}, name)
                    self.assertEqual({n.level for n in node.orelse}, {0}, name)

    def test_docs_everywhere(self):
        for name, text in self.trees():
            tree = ast.parse(text)
            self.assertTrue(ast.get_docstring(tree), name)
            for node in tree.body:
                if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                    self.assertTrue(ast.get_docstring(node), "%s: %s" % (name, node.name))


def imported(node):
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module]
    return []


if __name__ == "__main__":
    unittest.main()
