// British National Grid to longitude and latitude, for GeoJSON (RFC 7946 wants WGS 84).
// Formulas: Ordnance Survey, "A guide to coordinate systems in Great Britain", annexes B and C; good to about 5 metres.

const AIRY = { a: 6377563.396, b: 6356256.909 };
const WGS84 = { a: 6378137, b: 6356752.3141 };
const F0 = 0.9996012717;
const LAT0 = (49 * Math.PI) / 180;
const LON0 = (-2 * Math.PI) / 180;

function meridian(lat) {
  const n = (AIRY.a - AIRY.b) / (AIRY.a + AIRY.b);
  const d = lat - LAT0;
  const t = lat + LAT0;
  return (
    AIRY.b * F0 * ((1 + n + 1.25 * n * n + 1.25 * n ** 3) * d
      - (3 * n + 3 * n * n + 2.625 * n ** 3) * Math.sin(d) * Math.cos(t)
      + (1.875 * n * n + 1.875 * n ** 3) * Math.sin(2 * d) * Math.cos(2 * t)
      - (35 / 24) * n ** 3 * Math.sin(3 * d) * Math.cos(3 * t))
  );
}

function gridToAiry(east, north) {
  let lat = LAT0;
  let m = 0;
  do {
    lat += (north + 100000 - m) / (AIRY.a * F0);
    m = meridian(lat);
  } while (Math.abs(north + 100000 - m) > 1e-5);
  const e2 = 1 - (AIRY.b / AIRY.a) ** 2;
  const sin2 = Math.sin(lat) ** 2;
  const nu = (AIRY.a * F0) / Math.sqrt(1 - e2 * sin2);
  const rho = (AIRY.a * F0 * (1 - e2)) / (1 - e2 * sin2) ** 1.5;
  const eta2 = nu / rho - 1;
  const t = Math.tan(lat);
  const sec = 1 / Math.cos(lat);
  const x = east - 400000;
  const latitude = lat
    - (t / (2 * rho * nu)) * x ** 2
    + (t / (24 * rho * nu ** 3)) * (5 + 3 * t * t + eta2 - 9 * t * t * eta2) * x ** 4
    - (t / (720 * rho * nu ** 5)) * (61 + 90 * t * t + 45 * t ** 4) * x ** 6;
  const longitude = LON0
    + (sec / nu) * x
    - (sec / (6 * nu ** 3)) * (nu / rho + 2 * t * t) * x ** 3
    + (sec / (120 * nu ** 5)) * (5 + 28 * t * t + 24 * t ** 4) * x ** 5
    - (sec / (5040 * nu ** 7)) * (61 + 662 * t * t + 1320 * t ** 4 + 720 * t ** 6) * x ** 7;
  return [latitude, longitude];
}

// Easting and northing in metres → [longitude, latitude] in degrees, six decimals.
export function toLongitudeLatitude(east, north) {
  const [lat, lon] = gridToAiry(east, north);
  const e2 = 1 - (AIRY.b / AIRY.a) ** 2;
  const nu = AIRY.a / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
  const x = nu * Math.cos(lat) * Math.cos(lon);
  const y = nu * Math.cos(lat) * Math.sin(lon);
  const z = (1 - e2) * nu * Math.sin(lat);
  const second = Math.PI / (180 * 3600);
  const [rx, ry, rz] = [0.1502 * second, 0.247 * second, 0.8421 * second];
  const k = 1 - 20.4894e-6;
  const X = 446.448 + k * x - rz * y + ry * z;
  const Y = -125.157 + rz * x + k * y - rx * z;
  const Z = 542.06 - ry * x + rx * y + k * z;
  const w2 = 1 - (WGS84.b / WGS84.a) ** 2;
  const p = Math.hypot(X, Y);
  let phi = Math.atan2(Z, p * (1 - w2));
  for (let i = 0; i < 6; i += 1) {
    const v = WGS84.a / Math.sqrt(1 - w2 * Math.sin(phi) ** 2);
    phi = Math.atan2(Z + w2 * v * Math.sin(phi), p);
  }
  const round = (radians) => Math.round(((radians * 180) / Math.PI) * 1e6) / 1e6;
  return [round(Math.atan2(Y, X)), round(phi)];
}
