/** Noise of a key: TUniform bound over 2^-64, or a Gaussian deviation relative to the torus. */
export type Noise = { readonly tuniform: number } | { readonly gaussian: number };

/** A published set of parameters. Gadgets are written as base times levels. */
type PublishedSet = readonly [
  name: string,
  precision: number,
  lweDimension: number,
  lweNoise: Noise,
  glweDimension: number,
  polynomialSize: number,
  glweNoise: Noise,
  bootstrapGadget: string,
  keySwitchGadget: string,
  norm: number,
  failureLog2: number,
  centred: boolean,
];

const t = (tuniform: number): Noise => ({ tuniform });
const g = (gaussian: number): Noise => ({ gaussian });

export const published: readonly PublishedSet[] = [
  ["1_1 2^-128", 2, 879, t(46), 4, 512, t(17), "23x1", "5x3", 3, -144.3, true],
  ["1_1 2^-128", 2, 837, g(3.3747e-6), 4, 512, g(2.8453e-15), "23x1", "5x3", 3, -128.2, true],
  ["1_1 2^-64", 2, 839, t(47), 4, 512, t(17), "23x1", "4x3", 3, -72.2, false],
  ["1_1 2^-64", 2, 781, g(8.8685e-6), 4, 512, g(2.8453e-15), "23x1", "4x3", 3, -64.0, false],
  ["2_2 2^-128", 4, 918, t(45), 1, 2048, t(17), "23x1", "4x4", 5, -129.58, true],
  ["2_2 2^-128", 4, 866, g(2.0462e-6), 1, 2048, g(2.8453e-15), "23x1", "3x5", 5, -128.6, true],
  ["2_2 2^-64", 4, 879, t(46), 1, 2048, t(17), "23x1", "3x5", 5, -72.18, false],
  ["2_2 2^-64", 4, 833, g(3.6158e-6), 1, 2048, g(2.8453e-15), "23x1", "3x5", 5, -64.01, false],
  ["2_2 2^-40", 4, 839, t(47), 1, 2048, t(17), "23x1", "3x5", 5, -57.0, false],
  ["2_2 2^-40", 4, 796, g(6.8463e-6), 1, 2048, g(2.8453e-15), "23x1", "3x5", 5, -40.5, false],
  ["3_3 2^-128", 6, 1077, t(41), 1, 8192, t(3), "15x2", "4x5", 9, -128.99, true],
  ["3_3 2^-128", 6, 1006, g(1.8277e-7), 1, 8192, g(2.1684e-19), "15x2", "3x7", 9, -128.1, true],
  ["3_3 2^-64", 6, 998, t(43), 1, 8192, t(3), "15x2", "3x6", 9, -64.5, false],
  ["3_3 2^-64", 6, 977, g(3.0144e-7), 1, 8192, g(2.1684e-19), "15x2", "3x6", 9, -64.2, false],
  ["3_3 2^-40", 6, 958, t(44), 1, 8192, t(3), "15x2", "3x6", 9, -50.0, false],
  ["3_3 2^-40", 6, 925, g(7.3934e-7), 1, 8192, g(2.1684e-19), "15x2", "3x6", 9, -40.3, false],
  ["4_4 2^-128", 8, 1117, t(40), 1, 65536, t(3), "11x3", "3x7", 17, -141.56, true],
  ["4_4 2^-128", 8, 1098, g(3.7372e-8), 1, 65536, g(2.1684e-19), "11x3", "3x7", 17, -128.7, true],
  ["4_4 2^-64", 8, 1117, t(40), 1, 32768, t(3), "11x3", "1x22", 17, -64.0, false],
  ["4_4 2^-64", 8, 1110, g(3.0383e-8), 1, 32768, g(2.1684e-19), "11x3", "2x11", 17, -64.0, false],
  ["4_4 2^-40", 8, 1077, t(41), 1, 32768, t(3), "15x2", "3x7", 17, -41.0, false],
  ["4_4 2^-40", 8, 1096, g(3.8684e-8), 1, 32768, g(2.1684e-19), "15x2", "4x5", 17, -40.1, false],
];
