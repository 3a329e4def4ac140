// Command alloycheck parses Alloy configuration files and prints their structure as JSON, so that
// names and references can be judged against a table. Exit code 1 with file:line:col diagnostics on
// stderr if a file does not parse or is not formatted the way `alloy fmt` formats it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/diag"
	"github.com/grafana/alloy/syntax/parser"
	"github.com/grafana/alloy/syntax/printer"
	"github.com/grafana/alloy/syntax/token"
)

type file struct {
	File      string  `json:"file"`
	Formatted bool    `json:"formatted"`
	Blocks    []block `json:"blocks"`
	// Attributes at the top level, which Alloy refuses but its parser takes.
	Attributes []attribute `json:"attributes"`
}

type block struct {
	Name       string      `json:"name"`
	Label      string      `json:"label,omitempty"`
	Line       int         `json:"line"`
	Column     int         `json:"column"`
	Attributes []attribute `json:"attributes"`
	Blocks     []block     `json:"blocks"`
}

type attribute struct {
	Name   string `json:"name"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Value is set where the expression is a single string, number or boolean.
	Value any `json:"value,omitempty"`
	// References are identifier paths, e.g. loki.write.default.receiver.
	References []string `json:"references"`
	// Calls are the paths of the functions called, e.g. sys.env.
	Calls []string `json:"calls"`
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: alloycheck FILE...")
		os.Exit(2)
	}
	files := []file{}
	failed := false
	for _, name := range os.Args[1:] {
		result, diagnostics := check(name)
		for _, line := range diagnostics {
			failed = true
			fmt.Fprintln(os.Stderr, line)
		}
		if result != nil {
			files = append(files, *result)
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(files); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

// check returns the structure of a file that parses, and what is wrong with it.
func check(name string) (*file, []string) {
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, []string{err.Error()}
	}
	tree, err := parser.ParseFile(name, source)
	if err != nil {
		var diagnostics diag.Diagnostics
		if !errors.As(err, &diagnostics) {
			return nil, []string{err.Error()}
		}
		lines := make([]string, 0, len(diagnostics))
		for _, d := range diagnostics {
			lines = append(lines, d.Error())
		}
		return nil, lines
	}
	var canonical bytes.Buffer
	if err := printer.Fprint(&canonical, tree); err != nil {
		return nil, []string{fmt.Sprintf("%s: cannot be printed: %v", name, err)}
	}
	// The printer ends without a line break; `alloy fmt` adds one.
	canonical.WriteByte('\n')
	attributes, blocks := describe(tree.Body)
	result := &file{File: name, Attributes: attributes, Blocks: blocks}
	line, column, want := firstDifference(string(source), canonical.String())
	result.Formatted = line == 0
	if !result.Formatted {
		return result, []string{
			fmt.Sprintf("%s:%d:%d: not formatted canonically, want %q", name, line, column, want),
		}
	}
	return result, nil
}

// firstDifference returns the first line and column (from 1) where two texts differ, and the line
// wanted there; line 0 if they are equal.
func firstDifference(have, want string) (line, column int, wanted string) {
	if have == want {
		return 0, 0, ""
	}
	a, b := strings.Split(have, "\n"), strings.Split(want, "\n")
	for i := 0; ; i++ {
		if i >= len(b) {
			return i + 1, 1, "end of file"
		}
		if i >= len(a) {
			return i + 1, 1, b[i]
		}
		if a[i] == b[i] {
			continue
		}
		j := 0
		for j < len(a[i]) && j < len(b[i]) && a[i][j] == b[i][j] {
			j++
		}
		return i + 1, j + 1, b[i]
	}
}

func describe(body ast.Body) ([]attribute, []block) {
	attributes, blocks := []attribute{}, []block{}
	for _, statement := range body {
		switch s := statement.(type) {
		case *ast.AttributeStmt:
			at := s.Name.NamePos.Position()
			a := attribute{
				Name: s.Name.Name, Line: at.Line, Column: at.Column,
				References: []string{}, Calls: []string{}, Value: literal(s.Value),
			}
			ast.Walk(&paths{attribute: &a}, s.Value)
			attributes = append(attributes, a)
		case *ast.BlockStmt:
			at := s.NamePos.Position()
			b := block{Name: s.GetBlockName(), Label: s.Label, Line: at.Line, Column: at.Column}
			b.Attributes, b.Blocks = describe(s.Body)
			blocks = append(blocks, b)
		}
	}
	return attributes, blocks
}

func literal(expression ast.Expr) any {
	l, ok := expression.(*ast.LiteralExpr)
	if !ok {
		return nil
	}
	switch l.Kind {
	case token.STRING:
		if text, err := strconv.Unquote(l.Value); err == nil {
			return text
		}
	case token.NUMBER, token.FLOAT:
		return json.Number(l.Value)
	case token.BOOL:
		return l.Value == "true"
	}
	return nil
}

// paths collects the identifier paths of an expression into its attribute.
type paths struct{ attribute *attribute }

func (p *paths) Visit(node ast.Node) ast.Visitor {
	switch n := node.(type) {
	case *ast.CallExpr:
		if name, ok := path(n.Value); ok {
			p.attribute.Calls = append(p.attribute.Calls, name)
			for _, argument := range n.Args {
				ast.Walk(p, argument)
			}
			return nil
		}
	case *ast.AccessExpr:
		if name, ok := path(n); ok {
			p.attribute.References = append(p.attribute.References, name)
			return nil
		}
	case *ast.IdentifierExpr:
		p.attribute.References = append(p.attribute.References, n.Ident.Name)
		return nil
	}
	return p
}

// path returns a dotted path if the expression is nothing but one.
func path(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.IdentifierExpr:
		return e.Ident.Name, true
	case *ast.AccessExpr:
		if base, ok := path(e.Value); ok {
			return base + "." + e.Name.Name, true
		}
	}
	return "", false
}
