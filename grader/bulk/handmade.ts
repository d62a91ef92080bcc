/** For tests: archives byte by byte, also such as no honest program makes. */
import { crc32, deflateRawSync } from 'node:zlib';
import { Header } from 'tar';

export interface ZipEntry {
  /** Bytes are taken as they are; text is UTF-8, and says so unless `flags` are given. */
  name: string | Buffer;
  content?: string | Buffer;
  deflate?: boolean;
  /** Unix's mode, with the type: 0o100755, 0o120777 … */
  mode?: number;
  flags?: number;
  method?: number;
  /** What the headers say, if it is not the truth. */
  says?: { size?: number; packed?: number; crc?: number; offset?: number };
}

const u16 = (...values: number[]): Buffer => Buffer.concat(values.map(value => numberOf(value, 2)));
const u32 = (...values: number[]): Buffer => Buffer.concat(values.map(value => numberOf(value, 4)));
function numberOf(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
const u64 = (value: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
};

/** @param zip64 sizes and the number of entries in zip64's records; `count`: what it says of that number */
export function zipOf(
  entries: readonly ZipEntry[],
  { zip64 = false, count = entries.length }: { zip64?: boolean; count?: number } = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', deflate = false, mode = 0o100644, flags, method, says = {} } of entries) {
    const raw = Buffer.from(name as string);
    const plain = Buffer.from(content as string);
    const data = deflate ? deflateRawSync(plain) : plain;
    const size = says.size ?? plain.length;
    const packed = says.packed ?? data.length;
    const what = [
      u16(
        zip64 ? 45 : 20,
        flags ?? (typeof name === 'string' ? 0x800 : 0),
        method ?? (deflate ? 8 : 0),
        0,
        0x21,
      ),
      u32(says.crc ?? crc32(plain)),
    ];
    const extra = zip64 ? Buffer.concat([u16(1, 16), u64(size), u64(packed)]) : Buffer.alloc(0);
    const sizes = zip64 ? u32(0xffffffff, 0xffffffff) : u32(packed, size);
    const local = [u32(0x04034b50), ...what, sizes, u16(raw.length, extra.length), raw, extra, data];
    directory.push(
      ...[u32(0x02014b50), u16((3 << 8) | 20), ...what, sizes, u16(raw.length, extra.length, 0, 0, 0)],
      ...[u32((mode << 16) >>> 0, says.offset ?? offset), raw, extra],
    );
    const bytes = Buffer.concat(local);
    locals.push(bytes);
    offset += bytes.length;
  }
  const listed = Buffer.concat(directory);
  const end64 = zip64
    ? [
        ...[u32(0x06064b50), u64(44), u16(45, 45), u32(0, 0), u64(count), u64(count)],
        ...[u64(listed.length), u64(offset), u32(0x07064b50, 0), u64(offset + listed.length), u32(1)],
      ]
    : [];
  const short = zip64 ? 0xffff : count;
  const end = [
    ...[u32(0x06054b50), u16(0, 0, short, short)],
    ...[zip64 ? u32(0xffffffff, 0xffffffff) : u32(listed.length, offset), u16(0)],
  ];
  return Buffer.concat([...locals, listed, ...end64, ...end]);
}

export interface TarEntry {
  name: string;
  type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'FIFO' | 'CharacterDevice' | 'BlockDevice';
  content?: string | Buffer;
  target?: string;
  mode?: number;
  /** What the header says, if it is not the truth. */
  size?: number;
}

export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.map(({ name, type = 'File', content = '', target = '', mode = 0o644, size }) => {
    const plain = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    const length = size ?? plain.length;
    new Header({ path: name, type, size: length, mode, linkpath: target, uid: 0, gid: 0 }).encode(header);
    return Buffer.concat([header, plain, Buffer.alloc((512 - (plain.length % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
