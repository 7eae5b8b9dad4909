/**
 * Units that readings come in, by what they measure. A row: how many of the base unit (that with the factor 1) one of it is, as a decimal number or a
 * fraction, and its spellings, the one of UCUM or of RFC 8428 and RFC 8798 (SenML) first. With `offset`, the base unit is (value + offset) × factor.
 * Factors are those of UCUM 2.1, which are exact by definition; only those of angles are rounded, to twenty places of π.
 *
 * "C" and "F" are coulomb and farad in both, and no temperatures.
 */
export interface UnitRow {
  factor: string;
  offset?: string;
  spellings: readonly string[];
}

const row = (factor: string, ...spellings: readonly string[]): UnitRow => ({ factor, spellings });
const shifted = (factor: string, offset: string, ...spellings: readonly string[]): UnitRow => ({ factor, offset, spellings });

export const UNITS: Readonly<Record<string, readonly UnitRow[]>> = {
  temperature: [
    row('1', 'K', 'kelvin'), row('0.001', 'mK'), shifted('1', '273.15', 'Cel', '°C', '℃', 'degC', 'celsius'),
    shifted('5/9', '459.67', '[degF]', '°F', '℉', 'degF', 'fahrenheit'), row('5/9', '[degR]'),
  ],
  pressure: [
    row('1', 'Pa'), row('100', 'hPa', 'mbar'), row('1000', 'kPa'), row('1000000', 'MPa'), row('100000', 'bar'),
    row('6894.757293168', '[psi]', 'psi'), row('101325', 'atm'), row('133.322387415', 'mm[Hg]', 'mmHg'), row('9806.65', 'm[H2O]'), row('98.0665', 'cm[H2O]'),
  ],
  length: [
    row('1', 'm'), row('1e-9', 'nm'), row('1e-6', 'um', 'µm'), row('0.001', 'mm'), row('0.01', 'cm'), row('0.1', 'dm'), row('1000', 'km'),
    row('0.0254', '[in_i]', 'in'), row('0.3048', '[ft_i]', 'ft'), row('0.9144', '[yd_i]', 'yd'), row('1609.344', '[mi_i]', 'mi'), row('1852', '[nmi_i]', 'nmi'),
  ],
  area: [row('1', 'm2'), row('1e-6', 'mm2'), row('1e-4', 'cm2'), row('1e6', 'km2'), row('10000', 'har', 'ha'), row('0.09290304', '[sft_i]', 'ft2')],
  speed: [
    row('1', 'm/s'), row('0.001', 'mm/s'), row('0.01', 'cm/s'), row('1/3.6', 'km/h', 'kph'), row('1/3600', 'm/h'), row('0.001/3600', 'mm/h'), row('1/60', 'm/min'),
    row('0.44704', '[mi_i]/h', 'mph'), row('1852/3600', '[kn_i]', 'kn'), row('0.3048', '[ft_i]/s', 'ft/s'),
  ],
  acceleration: [row('1', 'm/s2'), row('9.80665', '[g]'), row('0.00980665', 'm[g]'), row('0.01', 'Gal')],
  mass: [row('1', 'kg'), row('1e-9', 'ug', 'µg'), row('1e-6', 'mg'), row('0.001', 'g'), row('1000', 't'), row('0.45359237', '[lb_av]', 'lb'), row('0.028349523125', '[oz_av]', 'oz')],
  volume: [
    row('1', 'm3'), row('0.001', 'l', 'L', 'dm3'), row('1e-6', 'ml', 'mL', 'cm3'), row('0.1', 'hl', 'hL'), row('0.003785411784', '[gal_us]', 'gal'), row('0.028316846592', '[cft_i]', 'ft3'),
  ],
  'volume flow': [
    row('1', 'm3/s'), row('1/3600', 'm3/h'), row('1/60', 'm3/min'), row('0.001', 'l/s', 'L/s'), row('0.001/60', 'l/min', 'L/min'), row('0.001/3600', 'l/h', 'L/h'),
    row('1e-6/60', 'ml/min', 'mL/min'), row('0.003785411784/60', '[gal_us]/min', 'gpm'),
  ],
  'mass flow': [row('1', 'kg/s'), row('1/3600', 'kg/h'), row('1/60', 'kg/min'), row('0.001', 'g/s'), row('1000/3600', 't/h')],
  'mass per volume': [row('1', 'kg/m3', 'g/l', 'g/L'), row('1e-9', 'ug/m3', 'µg/m3'), row('1e-6', 'mg/m3', 'ug/l', 'ug/L'), row('0.001', 'g/m3', 'mg/l', 'mg/L'), row('1000', 'g/cm3', 'kg/l')],
  time: [
    row('1', 's'), row('1e-9', 'ns'), row('1e-6', 'us', 'µs'), row('0.001', 'ms'), row('60', 'min'), row('3600', 'h'), row('86400', 'd'), row('604800', 'wk'),
  ],
  frequency: [row('1', 'Hz', '1/s', '/s'), row('1000', 'kHz'), row('1e6', 'MHz'), row('1e9', 'GHz'), row('1/60', '1/min', '/min', 'rpm', 'beat/min'), row('1/3600', '1/h', '/h')],
  energy: [
    row('1', 'J', 'W.s', 'Ws'), row('1000', 'kJ'), row('1e6', 'MJ'), row('1e9', 'GJ'), row('3600', 'W.h', 'Wh'), row('3600000', 'kW.h', 'kWh'), row('3.6e9', 'MW.h', 'MWh'),
    row('4.184', 'cal'), row('4184', 'kcal'),
  ],
  power: [row('1', 'W'), row('0.001', 'mW'), row('1000', 'kW'), row('1e6', 'MW'), row('745.69987158227022', '[HP]', 'hp')],
  'apparent power': [row('1', 'VA', 'V.A'), row('1000', 'kVA'), row('1e6', 'MVA')],
  'apparent energy': [row('1', 'VAs'), row('3600', 'VAh'), row('3600000', 'kVAh')],
  'reactive power': [row('1', 'var'), row('1000', 'kvar'), row('1e6', 'Mvar')],
  'reactive energy': [row('1', 'vars'), row('3600', 'varh'), row('3600000', 'kvarh')],
  current: [row('1', 'A'), row('1e-9', 'nA'), row('1e-6', 'uA', 'µA'), row('0.001', 'mA'), row('1000', 'kA')],
  voltage: [row('1', 'V'), row('1e-6', 'uV', 'µV'), row('0.001', 'mV'), row('1000', 'kV')],
  resistance: [row('1', 'Ohm', 'Ω', 'ohm'), row('0.001', 'mOhm'), row('1000', 'kOhm', 'kΩ'), row('1e6', 'MOhm', 'MΩ')],
  conductance: [row('1', 'S'), row('1e-6', 'uS', 'µS'), row('0.001', 'mS')],
  conductivity: [row('1', 'S/m'), row('0.1', 'mS/cm'), row('0.0001', 'uS/cm', 'µS/cm'), row('0.001', 'mS/m')],
  charge: [row('1', 'C', 'A.s'), row('3.6', 'mA.h', 'mAh'), row('3600', 'A.h', 'Ah')],
  capacitance: [row('1', 'F'), row('1e-12', 'pF'), row('1e-9', 'nF'), row('1e-6', 'uF', 'µF')],
  force: [row('1', 'N'), row('1000', 'kN'), row('4.4482216152605', '[lbf_av]', 'lbf')],
  torque: [row('1', 'N.m', 'Nm'), row('1000', 'kN.m', 'kNm')],
  angle: [row('1', 'rad'), row('3.14159265358979323846/180', 'deg', '°'), row('3.14159265358979323846/200', 'gon')],
  ratio: [row('1', '/', '1', '{ratio}'), row('0.01', '%', '/100'), row('0.001', '/1000', '[ppth]'), row('1e-6', '[ppm]', 'ppm'), row('1e-9', '[ppb]', 'ppb')],
  'relative humidity': [row('1', '%RH', '%{RH}')],
  'remaining energy': [row('1', '%EL')],
  illuminance: [row('1', 'lx', 'lux'), row('1000', 'klx')],
  irradiance: [row('1', 'W/m2'), row('1000', 'kW/m2'), row('10', 'mW/cm2')],
  data: [
    row('1', 'bit'), row('8', 'B', 'By'), row('8000', 'kB'), row('8e6', 'MB'), row('8e9', 'GB'), row('8192', 'KiB'), row('8388608', 'MiB'), row('8589934592', 'GiB'),
  ],
  'data rate': [row('1', 'bit/s'), row('1000', 'kbit/s'), row('1e6', 'Mbit/s'), row('8', 'B/s'), row('8000', 'kB/s'), row('8e6', 'MB/s')],
};
