//! Files of a crate that import each other in a circle.
//!
//! A file depends on another when it names an item of it, by `use` or by a path that begins with `crate`, `super`, `self`
//! or a module of its own. A name that a module only passes on (`pub use`) counts as a name of the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// Circles, each once.
pub fn circles(tree: &Tree) -> Vec<Finding> {
    let mut crates: BTreeMap<String, Vec<&Source>> = BTreeMap::new();
    for source in tree.sources().iter().filter(|source| !source.path.ends_with("build.rs")) {
        if let Some(root) = root_folder(&source.path) {
            crates.entry(root).or_default().push(source);
        }
    }
    crates.iter().flat_map(|(root, sources)| in_crate(root, sources)).collect()
}

/// The folder that `crate` stands for: up to `src`, or the folder of a test's `main.rs`.
fn root_folder(path: &str) -> Option<String> {
    let place = path.find("/src/")?;
    let inner = &path[place + 5..];
    (!inner.starts_with("bin/")).then(|| path[..place + 4].to_owned())
}

fn in_crate(root: &str, sources: &[&Source]) -> Vec<Finding> {
    let modules = Modules::new(root, sources);
    let edges: Vec<BTreeSet<usize>> = (0..sources.len()).map(|index| modules.imports(index)).collect();
    components(&edges)
        .into_iter()
        .filter(|circle| circle.len() > 1)
        .map(|circle| {
            let mut names: Vec<&str> = circle.iter().map(|index| &sources[*index].path[root.len() + 1..]).collect();
            names.sort_unstable();
            Finding::new(root, 0, format!("{} files import each other in a circle: {}", names.len(), names.join(", ")))
        })
        .collect()
}

/// Paths of a crate's modules, and what each defines and passes on.
struct Modules {
    by_path: BTreeMap<Vec<String>, usize>,
    all: Vec<Module>,
}

struct Module {
    path: Vec<String>,
    code: String,
    children: BTreeSet<String>,
    defined: BTreeSet<String>,
    /// Names that are passed on, with the path that they come from; `*` for all names of a module.
    passed_on: Vec<(String, Vec<String>)>,
    uses: Vec<Vec<String>>,
}

impl Modules {
    fn new(root: &str, sources: &[&Source]) -> Self {
        let all: Vec<Module> = sources.iter().map(|source| Module::new(root, source)).collect();
        let by_path = all.iter().enumerate().map(|(index, module)| (module.path.clone(), index)).collect();
        Self { by_path, all }
    }

    /// Files that a file names something of.
    fn imports(&self, index: usize) -> BTreeSet<usize> {
        let module = &self.all[index];
        let inline = inline_paths(&module.code);
        let paths = module.uses.iter().chain(&inline);
        let targets = paths.filter_map(|path| self.absolute(module, path)).filter_map(|path| self.resolve(&path, 0));
        targets.filter(|target| *target != index).collect()
    }

    /// A path from the crate's root; none when it leads to another crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.path.clone(),
            "super" => module.path[..module.path.len().checked_sub(1)?].to_vec(),
            child if module.children.contains(child) => [module.path.as_slice(), &[child.to_owned()]].concat(),
            _ => return None,
        };
        for segment in rest {
            if segment == "super" {
                base.pop();
            } else {
                base.push(segment.clone());
            }
        }
        Some(base)
    }

    /// The file that defines what a path names.
    fn resolve(&self, path: &[String], depth: usize) -> Option<usize> {
        let length = (0..=path.len()).rev().find(|length| self.by_path.contains_key(&path[..*length]))?;
        let index = self.by_path[&path[..length]];
        let module = &self.all[index];
        let Some(name) = path.get(length) else { return Some(index) };
        if module.defined.contains(name) || name == "*" || depth > 8 {
            return Some(index);
        }
        let through = |(passed, from): &(String, Vec<String>)| {
            let from = self.absolute(module, from)?;
            match passed.as_str() {
                "*" => self.defines(&[from.as_slice(), std::slice::from_ref(name)].concat(), depth + 1),
                passed if passed == name => self.resolve(&from, depth + 1),
                _ => None,
            }
        };
        // What a macro defines in the crate's root, such as a program's address, is in no file.
        module.passed_on.iter().find_map(through).or((length > 0).then_some(index))
    }

    /// As `resolve`, but only when the module really has the name.
    fn defines(&self, path: &[String], depth: usize) -> Option<usize> {
        let (name, home) = path.split_last()?;
        let index = *self.by_path.get(home)?;
        let module = &self.all[index];
        if module.defined.contains(name) {
            return Some(index);
        }
        if module.children.contains(name) {
            return self.by_path.get(path).copied();
        }
        if depth > 8 {
            return None;
        }
        module.passed_on.iter().find_map(|(passed, from)| {
            let from = self.absolute(module, from)?;
            match passed.as_str() {
                "*" => self.defines(&[from.as_slice(), std::slice::from_ref(name)].concat(), depth + 1),
                passed if passed == name => self.resolve(&from, depth + 1),
                _ => None,
            }
        })
    }
}

impl Module {
    fn new(root: &str, source: &Source) -> Self {
        let inner = source.path[root.len() + 1..].trim_end_matches(".rs");
        let mut path: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            path.pop();
        }
        let own = Source::new(&source.path, &source.own_code());
        let (mut uses, mut passed_on) = (Vec::new(), Vec::new());
        for item in own.uses() {
            let paths = item.paths();
            // What is passed on is no import of the module's own, unless it comes from above.
            let is_passed = !item.visibility.is_empty();
            for path in paths {
                if is_passed {
                    passed_on.push((
                        path.last().cloned().unwrap_or_default(),
                        path.iter().filter(|segment| *segment != "*").cloned().collect(),
                    ));
                } else {
                    uses.push(path);
                }
            }
        }
        Self {
            path,
            children: children(&own.code),
            defined: defined(&own.code),
            passed_on,
            uses,
            code: own.code.clone(),
        }
    }
}

/// Modules declared by `mod name;`.
fn children(code: &str) -> BTreeSet<String> {
    let lines = code.lines().filter_map(|line| line.trim_start().split_once("mod "));
    let declared = lines
        .filter(|(before, _)| before.is_empty() || before.starts_with("pub"))
        .filter_map(|(_, rest)| rest.strip_suffix(';'));
    declared.map(str::to_owned).collect()
}

/// Names of items at the top of a file.
fn defined(code: &str) -> BTreeSet<String> {
    let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro_rules!"];
    let mut names = BTreeSet::new();
    for line in code.lines().filter(|line| !line.starts_with(' ')) {
        let mut words = line
            .split(|letter: char| letter != '_' && letter != '!' && !letter.is_alphanumeric())
            .filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            if matches!(word, "pub" | "crate" | "super" | "async" | "unsafe" | "extern" | "in") {
                continue;
            }
            if kinds.contains(&word) {
                let name = words.next().filter(|name| *name != "fn").or_else(|| words.next());
                names.extend(name.map(str::to_owned));
            }
            break;
        }
    }
    names
}

/// Paths in the code that begin inside the crate.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut in_use = false;
    for line in code.lines() {
        in_use |= is_use(line);
        if in_use {
            in_use = !line.contains(';');
            continue;
        }
        let is_path = |letter: char| letter == '_' || letter == ':' || letter.is_alphanumeric();
        for token in line.split(|letter: char| !is_path(letter)).filter(|token| token.contains("::")) {
            paths.push(
                token
                    .split("::")
                    .filter(|segment| !segment.is_empty())
                    .map(|segment| segment.trim_matches(':').to_owned())
                    .collect(),
            );
        }
    }
    paths
}

fn is_use(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("use ") || line.starts_with("pub") && line.contains(" use ")
}

/// Strongly connected components (Tarjan 1972).
fn components(edges: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        edges,
        order: vec![None; edges.len()],
        low: vec![0; edges.len()],
        stack: Vec::new(),
        found: Vec::new(),
        next: 0,
    };
    for node in 0..edges.len() {
        if search.order[node].is_none() {
            search.visit(node);
        }
    }
    search.found
}

struct Search<'a> {
    edges: &'a [BTreeSet<usize>],
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    stack: Vec<usize>,
    found: Vec<Vec<usize>>,
    next: usize,
}

impl Search<'_> {
    fn visit(&mut self, node: usize) {
        (self.order[node], self.low[node]) = (Some(self.next), self.next);
        self.next += 1;
        self.stack.push(node);
        for target in self.edges[node].iter().copied() {
            match self.order[target] {
                None => {
                    self.visit(target);
                    self.low[node] = self.low[node].min(self.low[target]);
                }
                Some(order) if self.stack.contains(&target) => self.low[node] = self.low[node].min(order),
                Some(_) => {}
            }
        }
        if self.order[node] == Some(self.low[node]) {
            let place = self.stack.iter().position(|on| *on == node).unwrap_or(0);
            self.found.push(self.stack.split_off(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_through_names_that_are_passed_on() {
        let tree = Tree::of_texts(&[
            ("x/src/lib.rs", "mod a;\nmod b;\n\npub use a::A;\n"),
            ("x/src/a.rs", "use crate::b::helper;\n\npub struct A;\n"),
            ("x/src/b.rs", "pub fn helper(a: crate::A) {}\n"),
        ]);
        assert_eq!(circles(&tree), [Finding::new("x/src", 0, "2 files import each other in a circle: a.rs, b.rs")]);
    }

    #[test]
    fn a_line_of_a_longer_import_is_no_path_of_its_own() {
        let tree = Tree::of_texts(&[
            ("x/src/lib.rs", "mod a;\nmod sync;\n"),
            ("x/src/sync.rs", "pub struct Sync;\n"),
            (
                "x/src/a/mod.rs",
                "mod sync;\n\nuse crate::{\n    sync::Sync,\n};\n\npub use self::sync::B;\n\npub struct A(Sync);\n",
            ),
            ("x/src/a/sync.rs", "use super::A;\n\npub struct B(A);\n"),
        ]);
        assert!(circles(&tree).is_empty(), "{:?}", circles(&tree));
    }

    #[test]
    fn a_tree_of_modules_is_no_circle() {
        let tree = Tree::of_texts(&[
            ("x/src/main.rs", "mod a;\n\nfn main() {\n    a::run();\n}\n"),
            ("x/src/a/mod.rs", "mod b;\nmod c;\n\npub use self::{b::B, c::*};\n\npub fn run() {}\n"),
            ("x/src/a/b.rs", "use super::C;\n\npub struct B;\n"),
            ("x/src/a/c.rs", "pub struct C;\n\n#[cfg(test)]\nmod tests {\n    use crate::a::B;\n}\n"),
        ]);
        assert!(circles(&tree).is_empty(), "{:?}", circles(&tree));
    }
}
