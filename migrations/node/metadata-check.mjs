// Compares what `modchains-migrate metadata publish` sends with what the Program Metadata program's own client would
// send, byte for byte, and lets that client read the accounts that the tests assume.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import * as kit from "@solana/kit";
import * as metadata from "@solana-program/program-metadata";

/** Bytes that a published account has before its data. */
const HEADER_BYTES = metadata.ACCOUNT_HEADER_LENGTH;
const SYSTEM_PROGRAM = "11111111111111111111111111111111";
/** Data up to this length is published by the transaction that carries it. */
const INLINE_BYTES_MAX = 600;
/** What the data is. */
const FORMAT = {
  encoding: metadata.Encoding.Utf8,
  compression: metadata.Compression.Zlib,
  format: metadata.Format.Json,
  dataSource: metadata.DataSource.Direct,
};

const vectors = JSON.parse(readFileSync(process.argv[2], "utf8"));
const authority = kit.createNoopSigner(vectors.authority);
const buffer = kit.createNoopSigner(vectors.buffer);
const [programData] = await kit.getProgramDerivedAddress({
  programAddress: metadata.LOADER_V3_PROGRAM_ADDRESS,
  seeds: [kit.getAddressEncoder().encode(vectors.program)],
});
const [place] = await metadata.findCanonicalPda({ program: vectors.program, seed: vectors.seed });
/** Stands for a connection: the client asks only for rents. */
const client = {
  getMinimumBalance: async (bytes, { withoutHeader = false } = {}) =>
    kit.lamports(BigInt((bytes + (withoutHeader ? 0 : 128)) * vectors.rent_per_byte)),
};

function require(condition, message) {
  if (!condition) throw new Error(message);
}

/** As the tests make it. */
function content(length) {
  return Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
}

/** The instructions of a plan, in order. Those that are cut to fit a transaction are cut for an empty one. */
function flatten(plan) {
  if (plan.kind === "single") return [plan.instruction];
  if (plan.plans) return plan.plans.flatMap(flatten);
  require(plan.kind === "messagePacker", `unknown plan ${plan.kind}`);
  const packer = plan.getMessagePacker();
  const instructions = [];
  while (!packer.done()) {
    const message = kit.pipe(
      kit.createTransactionMessage({ version: 0 }),
      (empty) => kit.setTransactionMessageFeePayer(vectors.authority, empty),
      (empty) =>
        kit.setTransactionMessageLifetimeUsingBlockhash(
          { blockhash: SYSTEM_PROGRAM, lastValidBlockHeight: 0n },
          empty,
        ),
    );
    instructions.push(...packer.packMessageToCapacity(message).instructions);
  }
  return instructions;
}

/** An instruction as the vectors describe it. */
function describe({ programAddress, accounts, data }) {
  const bytes = Buffer.from(data);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const roles = accounts.map(({ address, role }) => {
    const names = [kit.isSignerRole(role) && "signer", kit.isWritableRole(role) && "writable"];
    return [address, names.filter(Boolean).join(" ")];
  });
  return JSON.stringify({
    accounts: roles,
    data: `${bytes.subarray(0, 32).toString("hex")} ${bytes.length} ${sha256}`,
    program: programAddress,
  });
}

function isWrite(instruction) {
  return (
    instruction.programAddress === metadata.PROGRAM_METADATA_PROGRAM_ADDRESS &&
    instruction.data[0] === metadata.WRITE_DISCRIMINATOR
  );
}

/** What the client plans for a vector. It asks whether a plan fits one transaction; short data shall, long data not. */
async function clientPlan({ published_bytes: published, data_bytes: length }, data) {
  const planTransaction = async () => require(length <= INLINE_BYTES_MAX, "it does not fit");
  const input = { ...FORMAT, payer: authority, authority, program: vectors.program, programData, seed: vectors.seed, data };
  if (published === null) {
    return await metadata.getCreateMetadataInstructionPlan({ ...client, planTransaction }, { ...input, metadata: place });
  }
  const present = { address: place, data: { mutable: true, data: content(published) } };
  const update = { ...input, metadata: present, closeBuffer: true };
  return await metadata.getUpdateMetadataInstructionPlan({ ...client, planTransaction }, update);
}

/** The client makes up a key for a buffer; the vectors have one of their own. */
function withOwnBuffer(instructions) {
  const made = instructions.find(({ programAddress, data }) => programAddress === SYSTEM_PROGRAM && data[0] === 0);
  if (!made) return instructions;
  const stranger = made.accounts[1].address;
  const own = (account) => (account.address === stranger ? { ...account, address: buffer.address } : account);
  return instructions.map((instruction) => ({ ...instruction, accounts: instruction.accounts.map(own) }));
}

async function checkCase(vector) {
  const data = content(vector.data_bytes);
  const planned = withOwnBuffer(flatten(await clientPlan(vector, data)));
  const ours = vector.steps.flat().map((step) => JSON.stringify(step));
  const target = vector.published_bytes === null ? place : buffer.address;
  // Both write all of the data, cut in their own ways.
  const writes = planned.filter(isWrite).map(({ data: bytes }) => metadata.getWriteInstructionDataDecoder().decode(bytes));
  const copy = new Uint8Array(vector.data_bytes);
  writes.forEach(({ offset, data: part }) => copy.set(kit.unwrapOption(part), offset));
  const expected = planned.filter((instruction) => !isWrite(instruction)).map(describe);
  if (writes.length > 0) {
    require(Buffer.from(copy).equals(Buffer.from(data)), "the client writes other data");
    for (let offset = 0; offset < data.length; offset += vectors.part_bytes) {
      const part = data.slice(offset, offset + vectors.part_bytes);
      expected.push(describe(metadata.getWriteInstruction({ buffer: target, authority, offset, data: part })));
    }
  }
  const [left, right] = [ours, expected].map((list) => [...list].sort());
  for (const [index, instruction] of right.entries()) {
    require(left[index] === instruction, `expected ${instruction}, found ${left[index]}`);
  }
  require(left.length === right.length, `${left.length} instructions, expected ${right.length}`);
  return ours.length;
}

function checkAccounts() {
  const none = kit.none();
  const header = { program: kit.some(vectors.program), authority: kit.some(vectors.authority), canonical: true, seed: vectors.seed };
  const encoded = {
    metadata: metadata.getMetadataEncoder().encode({
      ...FORMAT,
      program: vectors.program,
      authority: none,
      mutable: true,
      canonical: true,
      seed: vectors.seed,
      dataLength: 3,
      data: content(3),
    }),
    buffer: metadata.getBufferEncoder().encode({ ...header, data: content(3) }),
    own_buffer: metadata.getBufferEncoder().encode({ ...header, program: none, canonical: false, seed: "", data: content(3) }),
  };
  for (const [name, bytes] of Object.entries(encoded)) {
    const found = Buffer.from(bytes).toString("hex");
    require(bytes.length === HEADER_BYTES + 3, `${name}: ${bytes.length} bytes`);
    require(found === vectors.accounts[name], `${name}: the client lays it out as ${found}`);
  }
  return Object.keys(encoded).length;
}

function checkClosing() {
  const accounts = { account: place, authority, program: vectors.program, programData, destination: authority.address };
  const [expected, found] = [describe(metadata.getCloseInstruction(accounts)), JSON.stringify(vectors.close)];
  require(found === expected, `the client closes an unfinished account by ${expected}`);
}

function checkPacking() {
  const { text, data } = vectors.packed;
  const packed = metadata.packDirectData({ content: text });
  require(packed.compression === FORMAT.compression && packed.encoding === FORMAT.encoding, "the client packs otherwise");
  require(Buffer.from(packed.data).toString("hex") === data, "the client packs the text differently");
}

try {
  require(process.argv.length === 3, "usage: node metadata-check.mjs VECTORS");
  let instructions = 0;
  for (const vector of vectors.cases) {
    try {
      instructions += await checkCase(vector);
    } catch (error) {
      throw new Error(`${vector.name}: ${error.message}`);
    }
  }
  const accounts = checkAccounts();
  checkClosing();
  checkPacking();
  console.log(`program metadata: ${vectors.cases.length} publications, ${instructions} instructions, ${accounts} accounts`);
} catch (error) {
  console.error(`${process.argv[2]}: ${error.stack}`);
  process.exitCode = 1;
}
