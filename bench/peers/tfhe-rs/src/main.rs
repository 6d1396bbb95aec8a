//! Key switch and bootstrap of tfhe-rs's shortint sets, one JSON line for each measurement.
//!
//!   tfhe-rs-bench [SET|all] [REPETITIONS] [--rounds]
//!
//! Keys are generated three times where that takes below three seconds; the fastest time counts.
//! With `--rounds` the program makes keys, prints a line, and then measures REPETITIONS bootstraps for every line that
//! it reads from standard input, so that another program can be timed between two rounds.
use std::io::BufRead;
use std::time::Instant;
use tfhe::shortint::parameters::v1_8::*;
use tfhe::shortint::{AtomicPatternParameters, ClientKey, CompressedServerKey, ServerKey};

const WARM_UP: usize = 3;

fn sets() -> Vec<(&'static str, AtomicPatternParameters)> {
    vec![
        ("1_1", V1_8_PARAM_MESSAGE_1_CARRY_1_KS_PBS_TUNIFORM_2M128.into()),
        ("2_2", V1_8_PARAM_MESSAGE_2_CARRY_2_KS_PBS_TUNIFORM_2M128.into()),
        ("2_2_ks32", V1_8_PARAM_MESSAGE_2_CARRY_2_KS32_PBS_TUNIFORM_2M128.into()),
        ("3_3", V1_8_PARAM_MESSAGE_3_CARRY_3_KS_PBS_TUNIFORM_2M128.into()),
    ]
}

fn seconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let value = work();
    (value, started.elapsed().as_secs_f64())
}

fn minimum_and_median(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(|a, b| a.partial_cmp(b).unwrap());
    (times[0], times[times.len() / 2])
}

fn bench(name: &str, parameters: AtomicPatternParameters, repetitions: usize, rounds: bool) {
    let (client_key, client_key_s) = seconds(|| ClientKey::new(parameters));
    let (compressed, mut server_key_s) = seconds(|| CompressedServerKey::new(&client_key));
    if server_key_s < 3.0 {
        for _ in 0..2 {
            server_key_s = server_key_s.min(seconds(|| CompressedServerKey::new(&client_key)).1);
        }
    }
    let key_bytes = bincode::serialized_size(&compressed).unwrap();
    let (server_key, decompress_s): (ServerKey, f64) = seconds(|| compressed.decompress());
    let message_space = parameters.message_modulus().0;
    let values = message_space * parameters.carry_modulus().0;
    let table = server_key.generate_lookup_table(|x| (x * 3 + 1) % message_space);
    let input = client_key.encrypt(1);
    let expected = 4 % message_space;
    let keys = format!(
        "\"peer\":\"tfhe-rs 1.8.2\",\"name\":\"{name}\",\"values\":{values},\"keyGenerationS\":{:.3},\"clientKeyS\":{client_key_s:.3},\"decompressS\":{decompress_s:.3},\"evaluationKeyBytes\":{key_bytes}",
        client_key_s + server_key_s,
    );
    let round = |warm_up: usize| {
        let mut times = Vec::with_capacity(repetitions);
        let mut right = true;
        for i in 0..warm_up + repetitions {
            let (output, s) = seconds(|| server_key.apply_lookup_table(&input, &table));
            if i >= warm_up {
                times.push(s * 1e3);
            }
            right &= client_key.decrypt(&output) == expected;
        }
        let (minimum, median) = minimum_and_median(times);
        println!("{{{keys},\"repetitions\":{repetitions},\"minMs\":{minimum:.3},\"medianMs\":{median:.3},\"ok\":{right}}}");
    };
    if !rounds {
        return round(WARM_UP);
    }
    println!("{{{keys},\"ready\":true}}");
    for line in std::io::stdin().lock().lines() {
        match line {
            Ok(_) => round(WARM_UP),
            Err(_) => break,
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = arguments.iter().any(|a| a == "--rounds");
    let plain: Vec<&String> = arguments.iter().filter(|a| !a.starts_with("--")).collect();
    let set = plain.first().map_or("all", |s| s.as_str());
    let repetitions: usize = plain.get(1).map_or(60, |s| s.parse().expect("REPETITIONS is a number"));
    let chosen: Vec<_> = sets().into_iter().filter(|(name, _)| set == "all" || *name == set).collect();
    if chosen.is_empty() {
        eprintln!("unknown set {set}");
        std::process::exit(2);
    }
    for (name, parameters) in chosen {
        bench(name, parameters, repetitions, rounds);
    }
}
