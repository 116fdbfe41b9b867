// Sample things to send: places of the demo city, and a photo that is drawn here, different each time.

import { texts } from "/page/texts.js";

const COORDINATES = [[-7.25653, 112.73767], [-7.26831, 112.75244], [-7.24912, 112.74108], [-7.28116, 112.76035], [-7.26204, 112.72941]];

export const samplePlaces = texts.places.map((name, i) => ({ name, latitude: COORDINATES[i][0], longitude: COORDINATES[i][1] }));

// A waiting hall with a number board: enough to recognise, and plainly no real photo.
export function drawSamplePhoto() {
  const canvas = document.createElement("canvas");
  canvas.width = 1280;
  canvas.height = 960;
  const pen = canvas.getContext("2d");
  const hue = Math.floor(Math.random() * 360);
  const wall = pen.createLinearGradient(0, 0, 0, 660);
  wall.addColorStop(0, `hsl(${hue} 30% 90%)`);
  wall.addColorStop(1, `hsl(${hue} 28% 80%)`);
  pen.fillStyle = wall;
  pen.fillRect(0, 0, 1280, 660);
  pen.fillStyle = `hsl(${hue} 14% 62%)`;
  pen.fillRect(0, 660, 1280, 300);

  pen.fillStyle = "#10231d";
  rounded(pen, 400, 90, 480, 270, 24);
  pen.textAlign = "center";
  pen.fillStyle = "#9fd8c6";
  pen.font = "600 34px system-ui, sans-serif";
  pen.fillText(texts.sampleQueue, 640, 150);
  pen.fillStyle = "#ffffff";
  pen.font = "800 130px system-ui, sans-serif";
  pen.fillText(`A${String(1 + Math.floor(Math.random() * 180)).padStart(3, "0")}`, 640, 275);
  pen.fillStyle = "#9fd8c6";
  pen.font = "600 34px system-ui, sans-serif";
  pen.fillText(texts.sampleCounter, 640, 330);

  pen.fillStyle = `hsl(${hue} 22% 46%)`;
  rounded(pen, 120, 470, 1040, 200, 18);
  pen.fillStyle = `hsl(${hue} 24% 56%)`;
  rounded(pen, 100, 450, 1080, 40, 14);

  const waiting = 5 + Math.floor(Math.random() * 4);
  for (let i = 0; i < waiting; i++) {
    const x = 120 + (i + 0.5) * (1040 / waiting);
    pen.fillStyle = `hsl(${(hue + 40 + i * 47) % 360} 34% ${34 + (i % 3) * 7}%)`;
    pen.beginPath();
    pen.arc(x, 735, 48, 0, Math.PI * 2);
    pen.fill();
    rounded(pen, x - 74, 795, 148, 200, 70);
  }
  pen.fillStyle = "rgb(0 0 0 / .45)";
  pen.textAlign = "left";
  pen.font = "500 24px system-ui, sans-serif";
  pen.fillText(texts.sampleCaption, 28, 44);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
}

function rounded(pen, x, y, width, height, radius) {
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
  pen.fill();
}
