// A database as the Worker expects it.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../worker/migrations");

export async function migrate(db) {
  for (const file of readdirSync(folder).sort()) {
    const sql = readFileSync(join(folder, file), "utf8").replaceAll(/--.*$/gm, "");
    // A trigger holds semicolons of its own, before its END.
    let statement = "";
    for (const part of sql.split(/;\s*\n/)) {
      statement += `${part};\n`;
      if (/\bBEGIN\b/.test(statement) && !/\bEND\s*;\n$/.test(statement)) continue;
      if (statement.replaceAll(";", "").trim()) await db.prepare(statement).run();
      statement = "";
    }
  }
}
