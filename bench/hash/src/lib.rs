//! One argon2id hash with Latchkey's parameters and nothing around it: no HTTP, no database, no text.

use argon2::{Algorithm, Argon2, Params, Version};

/// Hashes once; answers one byte of it, so that the work cannot be left out.
#[unsafe(no_mangle)]
pub extern "C" fn hash() -> u32 {
    let mut output = [0; 32];
    let hashed = Params::new(19 * 1024, 2, 1, None).is_ok_and(|params| {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"gondola trumpet fig", b"sixteen byte salt", &mut output)
            .is_ok()
    });
    assert!(hashed);
    output.iter().map(|byte| u32::from(*byte)).sum()
}
