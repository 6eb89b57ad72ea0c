// How the values of options are read that are no settings of the engine.
import { InvalidArgumentError } from "commander";

export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("Give a whole number, 0 or more.");
  return value;
}

export function parsePositive(text: string): number {
  const value = parseCount(text);
  if (value === 0) throw new InvalidArgumentError("Give a whole number, 1 or more.");
  return value;
}

export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError("Ports go from 1 to 65535; 0 takes a free one.");
  return port;
}
