//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use quorate::{Address, Config};
use tracing::level_filters::LevelFilter;

pub(crate) const USAGE: &str = "\
usage: tokio_cluster ADDRESS [OPTIONS]

ADDRESS is where the other nodes reach this one, HOST:PORT; port 0 takes a free one.
Without a seed it founds a cluster.

  --seed ADDRESS          join the cluster that is there; may be given several times
  --config FILE           read settings from TOML
  --set NAME=VALUE        set one setting, over those of the file; may be given several times
  --http HOST:PORT        serve /metrics, /members, /ready and /why/QUESTION
  --record FILE           write down everything that happens to the node, for `quorate replay --record`
  --record-bytes COUNT    begin another segment after so many bytes; FILE.1 to FILE.3 are those before it (64000000)
  --log LEVEL             off, error, warn, info (the default), debug or trace
  --json                  print what the node puts out, an object a line
  --datagram-bytes COUNT  send frames of up to so many bytes as datagrams, larger ones over TCP (1400)
  --exit-work SECONDS     how long the work takes that has to be done before it exits (0)
  --patience SECONDS      how long to wait for the others when it leaves (10)
";

/// What somebody wants of this process.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) address: Address,
    pub(crate) config: Config,
    pub(crate) http: Option<String>,
    pub(crate) record: Option<PathBuf>,
    pub(crate) record_bytes: u64,
    pub(crate) log: LevelFilter,
    pub(crate) json: bool,
    pub(crate) datagram_bytes: usize,
    pub(crate) exit_work: Duration,
    pub(crate) patience: Duration,
}

impl Options {
    /// The options of a command line; `None` if it asks for help.
    ///
    /// # Errors
    /// What is wrong with the first bad argument.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let address = match arguments.next() {
            None => return Err("an address is missing".into()),
            Some(text) if text == "--help" || text == "-h" => return Ok(None),
            Some(text) => parse_address(&text)?,
        };
        let mut config = Config::default();
        let (mut seeds, mut settings) = (Vec::new(), Vec::new());
        let mut options = Self {
            address,
            config: Config::default(),
            http: None,
            record: None,
            record_bytes: 64_000_000,
            log: LevelFilter::INFO,
            json: false,
            datagram_bytes: 1400,
            exit_work: Duration::ZERO,
            patience: Duration::from_secs(10),
        };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--help" | "-h" => return Ok(None),
                "--seed" => seeds.push(parse_address(&value()?)?),
                "--config" => config = read_config(Path::new(&value()?))?,
                "--set" => settings.push(value()?),
                "--http" => options.http = Some(value()?),
                "--record" => options.record = Some(value()?.into()),
                "--record-bytes" => options.record_bytes = parse(&name, &value()?)?,
                "--log" => options.log = parse(&name, &value()?)?,
                "--json" => options.json = true,
                "--datagram-bytes" => options.datagram_bytes = parse(&name, &value()?)?,
                "--exit-work" => options.exit_work = parse_seconds(&name, &value()?)?,
                "--patience" => options.patience = parse_seconds(&name, &value()?)?,
                _ => return Err(format!("{name} is no option")),
            }
        }
        for setting in settings {
            let (name, value) =
                setting.split_once('=').ok_or_else(|| format!("--set {setting}: NAME=VALUE is expected"))?;
            config.set(name.trim(), value.trim()).map_err(|error| format!("--set {setting}: {error}"))?;
        }
        if !seeds.is_empty() {
            config.seed_nodes = seeds;
        }
        config.validate().map_err(|errors| errors.to_string())?;
        Ok(Some(Self { config, ..options }))
    }
}

fn read_config(file: &Path) -> Result<Config, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    toml::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

fn parse_address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{name} {text}: {error}"))
}

fn parse_seconds(name: &str, text: &str) -> Result<Duration, String> {
    let seconds: f64 = parse(name, text)?;
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("{name} {text}: {error}"))
}
