// GGUF tensor types: how many values a block holds, in how many bytes, and the rule that turns it into float32.
// Every product and sum is rounded to float32 in the order of llama.cpp, so that the values are the same bit for bit.
import { bfloat16ToFloat, HALF_TO_FLOAT } from "./float16.ts";

export interface BlockRule {
  readonly name: string;
  readonly blockValues: number;
  readonly blockBytes: number;
  /** Decodes `blocks` whole blocks of `bytes` into `out`. */
  decode(bytes: Uint8Array, blocks: number, out: Float32Array): void;
}

const { fround } = Math;
const SUPER_BLOCK = 256;

function half(bytes: Uint8Array, at: number): number {
  return HALF_TO_FLOAT[bytes[at] | (bytes[at + 1] << 8)];
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

const F32: BlockRule = {
  name: "F32",
  blockValues: 1,
  blockBytes: 4,
  decode(bytes, blocks, out) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, blocks * 4);
    for (let i = 0; i < blocks; i++) out[i] = view.getFloat32(4 * i, true);
  },
};

const F16: BlockRule = {
  name: "F16",
  blockValues: 1,
  blockBytes: 2,
  decode(bytes, blocks, out) {
    for (let i = 0; i < blocks; i++) out[i] = half(bytes, 2 * i);
  },
};

const BF16: BlockRule = {
  name: "BF16",
  blockValues: 1,
  blockBytes: 2,
  decode(bytes, blocks, out) {
    for (let i = 0; i < blocks; i++) out[i] = bfloat16ToFloat(bytes[2 * i] | (bytes[2 * i + 1] << 8));
  },
};

/** 32 signed bytes q under one scale: d·q. */
const Q8_0: BlockRule = {
  name: "Q8_0",
  blockValues: 32,
  blockBytes: 34,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 34;
      const d = half(bytes, at);
      for (let i = 0; i < 32; i++) out[32 * block + i] = d * signed(bytes[at + 2 + i]);
    }
  },
};

/** 32 nibbles q, first the low ones: d·(q − 8). */
const Q4_0: BlockRule = {
  name: "Q4_0",
  blockValues: 32,
  blockBytes: 18,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 18;
      const d = half(bytes, at);
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 2 + i];
        out[32 * block + i] = d * ((pair & 15) - 8);
        out[32 * block + 16 + i] = d * ((pair >> 4) - 8);
      }
    }
  },
};

/** 32 nibbles q: d·q + m. */
const Q4_1: BlockRule = {
  name: "Q4_1",
  blockValues: 32,
  blockBytes: 20,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 20;
      const d = half(bytes, at);
      const m = half(bytes, at + 2);
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 4 + i];
        out[32 * block + i] = fround(d * (pair & 15)) + m;
        out[32 * block + 16 + i] = fround(d * (pair >> 4)) + m;
      }
    }
  },
};

/** As Q4_0 with a fifth bit per value in a 32-bit word: d·(q − 16). */
const Q5_0: BlockRule = {
  name: "Q5_0",
  blockValues: 32,
  blockBytes: 22,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 22;
      const d = half(bytes, at);
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 6 + i];
        out[32 * block + i] = d * (((pair & 15) | (fifthBit(bytes, at + 2, i) << 4)) - 16);
        out[32 * block + 16 + i] = d * (((pair >> 4) | (fifthBit(bytes, at + 2, 16 + i) << 4)) - 16);
      }
    }
  },
};

/** As Q4_1 with a fifth bit per value: d·q + m. */
const Q5_1: BlockRule = {
  name: "Q5_1",
  blockValues: 32,
  blockBytes: 24,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 24;
      const d = half(bytes, at);
      const m = half(bytes, at + 2);
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 8 + i];
        out[32 * block + i] = fround(d * ((pair & 15) | (fifthBit(bytes, at + 4, i) << 4))) + m;
        out[32 * block + 16 + i] = fround(d * ((pair >> 4) | (fifthBit(bytes, at + 4, 16 + i) << 4))) + m;
      }
    }
  },
};

function fifthBit(bytes: Uint8Array, at: number, i: number): number {
  return (bytes[at + (i >> 3)] >> (i & 7)) & 1;
}

/** Scale and minimum j of the eight 6-bit pairs that Q4_K and Q5_K pack into 12 bytes. */
function scaleOf(bytes: Uint8Array, at: number, j: number): number {
  return j < 4 ? bytes[at + j] & 63 : (bytes[at + 4 + j] & 15) | ((bytes[at + j - 4] >> 2) & 48);
}

function minimumOf(bytes: Uint8Array, at: number, j: number): number {
  return j < 4 ? bytes[at + 4 + j] & 63 : (bytes[at + 4 + j] >> 4) | ((bytes[at + j] >> 2) & 48);
}

/** Eight groups of 32 nibbles q, group j with scale and minimum of its own: (d·scale_j)·q − (dmin·min_j). */
const Q4_K: BlockRule = {
  name: "Q4_K",
  blockValues: SUPER_BLOCK,
  blockBytes: 144,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 144;
      for (let j = 0; j < 8; j++) {
        const d = fround(half(bytes, at) * scaleOf(bytes, at + 4, j));
        const m = fround(half(bytes, at + 2) * minimumOf(bytes, at + 4, j));
        const quants = at + 16 + 32 * (j >> 1);
        const shift = 4 * (j & 1);
        for (let i = 0; i < 32; i++) {
          out[SUPER_BLOCK * block + 32 * j + i] = fround(d * ((bytes[quants + i] >> shift) & 15)) - m;
        }
      }
    }
  },
};

/** As Q4_K with a fifth bit per value: bit j of byte i belongs to value i of group j. */
const Q5_K: BlockRule = {
  name: "Q5_K",
  blockValues: SUPER_BLOCK,
  blockBytes: 176,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 176;
      for (let j = 0; j < 8; j++) {
        const d = fround(half(bytes, at) * scaleOf(bytes, at + 4, j));
        const m = fround(half(bytes, at + 2) * minimumOf(bytes, at + 4, j));
        const quants = at + 48 + 32 * (j >> 1);
        const shift = 4 * (j & 1);
        for (let i = 0; i < 32; i++) {
          const q = ((bytes[quants + i] >> shift) & 15) | (((bytes[at + 16 + i] >> j) & 1) << 4);
          out[SUPER_BLOCK * block + 32 * j + i] = fround(d * q) - m;
        }
      }
    }
  },
};

/** Sixteen groups of 16 six-bit values q, signed scales: (d·scale_j)·(q − 32); four low and two high bits lie apart. */
const Q6_K: BlockRule = {
  name: "Q6_K",
  blockValues: SUPER_BLOCK,
  blockBytes: 210,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 210;
      const d = half(bytes, at + 208);
      for (let i = 0; i < SUPER_BLOCK; i++) {
        const half128 = i >> 7;
        const within = i & 127;
        const low = (bytes[at + 64 * half128 + (within & 63)] >> (4 * (within >> 6))) & 15;
        const high = (bytes[at + 128 + 32 * half128 + (within & 31)] >> (2 * (within >> 5))) & 3;
        const scale = fround(d * signed(bytes[at + 192 + (i >> 4)]));
        out[SUPER_BLOCK * block + i] = scale * ((low | (high << 4)) - 32);
      }
    }
  },
};

/** Sixteen groups of 16 two-bit values q, each with a nibble of scale and one of minimum: (d·scale_j)·q − (dmin·min_j). */
const Q2_K: BlockRule = {
  name: "Q2_K",
  blockValues: SUPER_BLOCK,
  blockBytes: 84,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 84;
      for (let j = 0; j < 16; j++) {
        const d = fround(half(bytes, at + 80) * (bytes[at + j] & 15));
        const m = fround(half(bytes, at + 82) * (bytes[at + j] >> 4));
        for (let i = 16 * j; i < 16 * j + 16; i++) {
          out[SUPER_BLOCK * block + i] = fround(d * twoBits(bytes, at + 16, i)) - m;
        }
      }
    }
  },
};

/** As Q2_K, without minima, with signed six-bit scales and a third bit, which is set where 4 is not taken off: (d·scale_j)·(q − 4). */
const Q3_K: BlockRule = {
  name: "Q3_K",
  blockValues: SUPER_BLOCK,
  blockBytes: 110,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 110;
      for (let j = 0; j < 16; j++) {
        const d = fround(half(bytes, at + 108) * (sixBitScale(bytes, at + 96, j) - 32));
        for (let i = 16 * j; i < 16 * j + 16; i++) {
          const isSet = (bytes[at + (i & 31)] >> (i >> 5)) & 1;
          out[SUPER_BLOCK * block + i] = d * (twoBits(bytes, at + 32, i) - (isSet ? 0 : 4));
        }
      }
    }
  },
};

/** Value i of a super-block of two-bit values: four to a byte, 32 bytes for each 128. */
function twoBits(bytes: Uint8Array, at: number, i: number): number {
  return (bytes[at + 32 * (i >> 7) + (i & 31)] >> (2 * ((i & 127) >> 5))) & 3;
}

/** Scale j of the sixteen that Q3_K packs into 12 bytes: low nibbles in the first eight, two high bits in the last four. */
function sixBitScale(bytes: Uint8Array, at: number, j: number): number {
  const low = (bytes[at + (j & 7)] >> (4 * (j >> 3))) & 15;
  const high = (bytes[at + 8 + (j & 3)] >> (2 * (j >> 2))) & 3;
  return low | (high << 4);
}

/** The sixteen unequal steps of the IQ4 types. */
const IQ4_STEPS = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/** 32 nibbles q, first the low ones: d·step_q. */
const IQ4_NL: BlockRule = {
  name: "IQ4_NL",
  blockValues: 32,
  blockBytes: 18,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 18;
      const d = half(bytes, at);
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 2 + i];
        out[32 * block + i] = d * IQ4_STEPS[pair & 15];
        out[32 * block + 16 + i] = d * IQ4_STEPS[pair >> 4];
      }
    }
  },
};

/** Eight groups like IQ4_NL's, each with a signed six-bit scale, four low and two high bits apart: (d·(scale_j − 32))·step_q. */
const IQ4_XS: BlockRule = {
  name: "IQ4_XS",
  blockValues: SUPER_BLOCK,
  blockBytes: 136,
  decode(bytes, blocks, out) {
    for (let block = 0; block < blocks; block++) {
      const at = block * 136;
      const highBits = bytes[at + 2] | (bytes[at + 3] << 8);
      for (let j = 0; j < 8; j++) {
        const low = (bytes[at + 4 + (j >> 1)] >> (4 * (j & 1))) & 15;
        const high = (highBits >> (2 * j)) & 3;
        const d = fround(half(bytes, at) * ((low | (high << 4)) - 32));
        for (let i = 0; i < 16; i++) {
          const pair = bytes[at + 8 + 16 * j + i];
          out[SUPER_BLOCK * block + 32 * j + i] = d * IQ4_STEPS[pair & 15];
          out[SUPER_BLOCK * block + 32 * j + 16 + i] = d * IQ4_STEPS[pair >> 4];
        }
      }
    }
  },
};

/** Type number of the tensor table → rule. */
export const BLOCK_RULES: ReadonlyMap<number, BlockRule> = new Map([
  [0, F32],
  [1, F16],
  [2, Q4_0],
  [3, Q4_1],
  [6, Q5_0],
  [7, Q5_1],
  [8, Q8_0],
  [10, Q2_K],
  [11, Q3_K],
  [12, Q4_K],
  [13, Q5_K],
  [14, Q6_K],
  [20, IQ4_NL],
  [23, IQ4_XS],
  [30, BF16],
]);

/** Types that exist but have no rule here, so that a message can name them. */
export const UNSUPPORTED_TYPES: ReadonlyMap<number, string> = new Map([
  [9, "Q8_1"],
  [15, "Q8_K"],
  [16, "IQ2_XXS"],
  [17, "IQ2_XS"],
  [18, "IQ3_XXS"],
  [19, "IQ1_S"],
  [21, "IQ3_S"],
  [22, "IQ2_S"],
  [24, "I8"],
  [25, "I16"],
  [26, "I32"],
  [27, "I64"],
  [28, "F64"],
  [29, "IQ1_M"],
  [34, "TQ1_0"],
  [35, "TQ2_0"],
  [39, "MXFP4"],
]);
