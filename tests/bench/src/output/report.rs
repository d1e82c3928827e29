//! Writes the two files.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use modchains_tests::idl::root;

use crate::output::{budgets, figures::Figures, machine::Machine, table::Table};

/// Writes `BENCHMARKS.md` and `benchmarks/figures.json`.
pub fn write(figures: &Figures, tables: &[Table], machine: &Machine) -> Result<()> {
    let folder = root().join("benchmarks");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    write_file(&folder.join("figures.json"), &figures.to_json()?)?;
    write_file(&root().join("BENCHMARKS.md"), &markdown(figures, tables, machine))
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn markdown(figures: &Figures, tables: &[Table], machine: &Machine) -> String {
    let missed = budgets::missed(figures);
    let verdict = if missed.is_empty() {
        format!("All {} budgets are kept.", budgets::COUNT)
    } else {
        format!("**Over budget**: {}.", missed.join("; "))
    };
    let sections: Vec<String> = tables.iter().map(Table::to_markdown).collect();
    format!(
        "# Benchmarks\nWritten by `make bench`, together with `benchmarks/figures.json`, where the same figures have \
         names: `cu.` compute units, `bytes.` and `size.` bytes, `lamports.` rent, `us.` microseconds, `count.` how \
         many, `ratio.` ours over a reference, `ppm.` parts of a million. {} Programs are compiled as for deployment; programs of the host with the `dev` profile, in \
         which what is hot is optimised.\n\n\
         Not in here, because they are results of tests: what attackers can gain and \
         the margin to the documented bounds (`make economy`, explained in docs/curve.md), what the fuzzer ran and \
         which mutants of the programs it found (`make fuzz`), and which changes of the formulas the tests notice \
         (`make mutants`).\n\n{verdict}\n\n{}",
        machine.describe(),
        sections.join("\n")
    )
}
