// Loads each IDL named on the command line in Anchor's TypeScript client, encodes an instruction of every
// kind of argument it can fill with defaults, and reads every discriminator back.

import { readFileSync } from "node:fs";

import anchor from "@anchor-lang/core";

const { AnchorProvider, BN, Program, web3 } = anchor;

const wallet = { publicKey: web3.PublicKey.default, signTransaction: refuse, signAllTransactions: refuse };
// Never connected to: encoding and decoding need no network.
const provider = new AnchorProvider(new web3.Connection("http://127.0.0.1:1"), wallet, {});

function refuse() {
  throw new Error("this check signs nothing");
}

function require(condition, message) {
  if (!condition) throw new Error(message);
}

/** A value of an IDL type, zero or empty throughout. */
function zero(type, types) {
  if (typeof type === "string") return zeroPrimitive(type);
  if (type.option) return null;
  if (type.vec) return [];
  if (type.array) return Array.from({ length: type.array[1] }, () => zero(type.array[0], types));
  const name = type.defined?.name;
  const definition = types.find((candidate) => candidate.name === name)?.type;
  require(definition, `no type for ${JSON.stringify(type)}`);
  if (definition.kind === "enum") return { [definition.variants[0].name]: {} };
  require(definition.kind === "struct", `${name} is neither struct nor enum`);
  return Object.fromEntries((definition.fields ?? []).map((field) => [field.name, zero(field.type, types)]));
}

function zeroPrimitive(type) {
  if (["u64", "i64", "u128", "i128"].includes(type)) return new BN(0);
  if (type === "pubkey") return web3.PublicKey.default;
  if (type === "string") return "";
  if (type === "bool") return false;
  if (type === "bytes") return Buffer.alloc(0);
  require(/^[ui](8|16|32)$/.test(type), `unknown type ${type}`);
  return 0;
}

function startsWith(data, discriminator) {
  return Buffer.from(data).subarray(0, discriminator.length).equals(Buffer.from(discriminator));
}

function checkInstructions(program) {
  const { instructions, types = [] } = program.idl;
  require(instructions.length > 0, "no instruction");
  for (const { name, args, discriminator } of instructions) {
    const values = Object.fromEntries(args.map((arg) => [arg.name, zero(arg.type, types)]));
    const data = program.coder.instruction.encode(name, values);
    require(startsWith(data, discriminator), `${name}: encoded with another discriminator`);
    require(program.coder.instruction.decode(data)?.name === name, `${name}: does not decode to itself`);
  }
  return instructions.length;
}

function checkAccounts(program) {
  const accounts = program.idl.accounts ?? [];
  for (const { name, discriminator } of accounts) {
    require(startsWith(program.coder.accounts.accountDiscriminator(name), discriminator), `${name}: another discriminator`);
    require(program.coder.accounts.size(name) > discriminator.length, `${name}: no size`);
  }
  return accounts.length;
}

function checkEvents(program) {
  const { events = [], types = [] } = program.idl;
  for (const { name, discriminator } of events) {
    const length = program.coder.types.encode(name, zero({ defined: { name } }, types)).length;
    const data = Buffer.concat([Buffer.from(discriminator), Buffer.alloc(length)]);
    require(program.coder.events.decode(data.toString("base64"))?.name === name, `${name}: does not decode to itself`);
  }
  return events.length;
}

for (const path of process.argv.slice(2)) {
  try {
    const program = new Program(JSON.parse(readFileSync(path, "utf8")), provider);
    const counts = [checkInstructions(program), checkAccounts(program), checkEvents(program)];
    require((program.idl.errors ?? []).length > 0, "no error codes");
    console.log(`${program.rawIdl.metadata.name}: ${counts[0]} instructions, ${counts[1]} accounts, ${counts[2]} events`);
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    process.exitCode = 1;
  }
}
require(process.argv.length > 2, "usage: node idl-check.mjs IDL...");
