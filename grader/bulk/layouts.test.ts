import { describe, expect, it } from 'vitest';
import { canvasOwner, commonPrefix, moodleOwner, platformOf, restoredNames } from './layouts.ts';

describe('Moodle', () => {
  it.each([
    ['Jane Doe_123456_assignsubmission_file_', 'Jane Doe_123456', ''],
    ['Jane Doe_123456_assignsubmission_file', 'Jane Doe_123456', ''],
    ['Participant_77_assignsubmission_file_', 'Participant_77', ''],
    ['Group A-Jane Doe_5_assignsubmission_file_server.py', 'Group A-Jane Doe_5', 'server.py'],
    [
      'Eve_5_assignsubmission_file_Jane_6_assignsubmission_file_server.py',
      'Eve_5',
      'Jane_6_assignsubmission_file_server.py',
    ],
  ])('%s belongs to %s', (name, who, file) => expect(moodleOwner(name)).toEqual({ who, file }));

  it('says what is no file', () => {
    expect(moodleOwner('Jane_5_assignsubmission_onlinetext_')?.passed).toBe(
      'it is text typed into Moodle, no file',
    );
    expect(moodleOwner('Jane_5_assignsubmission_onlinetext_onlinetext.html')?.passed).toMatch(/text typed/);
    expect(moodleOwner('Jane_5_assignsubmission_comments')?.passed).toBe("it is Moodle's comments, no file");
    expect(moodleOwner('Grades-CN-Uppercase.csv')).toBeUndefined();
  });
});

describe('Canvas', () => {
  it.each([
    ['doejane_12345_67890_server.py', 'doejane_12345', 'server.py'],
    ['doejane_LATE_12345_67890_server-1.zip', 'doejane_12345', 'server-1.zip'],
    ['doejane_late_12345_67890_server.tar.gz', 'doejane_12345', 'server.tar.gz'],
    ['doe_jane_12345_67890_1_2_notes.txt', 'doe_jane_12345', '1_2_notes.txt'],
    ['李雷_1_2_s.py', '李雷_1', 's.py'],
    ['anon_aB3dE_67890_server.py', 'anon_aB3dE', 'server.py'],
    ['LATE_anon_aB3dE_67890_server.py', 'anon_aB3dE', 'server.py'],
    ['doejane_12345_67890_text.html', 'doejane_12345', 'text.html'],
  ])('%s belongs to %s', (name, who, file) => expect(canvasOwner(name)).toMatchObject({ who, file }));

  it('says what is no file', () => {
    expect(canvasOwner('doejane_12345_text.html')).toMatchObject({
      who: 'doejane_12345',
      passed: 'it is text typed into Canvas, no file',
    });
    expect(canvasOwner('doejane_LATE_12345_link.html')?.passed).toBe(
      'it is a web address typed into Canvas, no file',
    );
    expect(canvasOwner('anon_aB3dE_text.html')?.who).toBe('anon_aB3dE');
    expect(canvasOwner('server.py')).toBeUndefined();
  });

  it('gives back the names that files were handed in with', () => {
    expect(
      restoredNames([
        'server-1.py',
        'Server-12.java',
        'a-1.tar.gz',
        'lab-1',
        '-1.py',
        'v1.2-3.zip',
        'x-2024.py',
      ]),
    ).toEqual(['server.py', 'Server.java', 'a.tar.gz', 'lab-1', '-1.py', 'v1.2.zip', 'x-2024.py']);
    expect(restoredNames(['server.py', 'server-1.py', 'Util-2.java'])).toEqual([
      'server.py',
      'server-1.py',
      'Util.java',
    ]);
  });
});

describe('the platform', () => {
  it('is known by half of the names', () => {
    const moodle = ['A_1_assignsubmission_file_', 'B_2_assignsubmission_onlinetext_'];
    expect(platformOf(moodle)).toBe('moodle');
    expect(platformOf([...moodle, 'late.zip', 'marks.csv'])).toBe('moodle');
    expect(platformOf([...moodle, 'jane', 'bob', 'eve'])).toBeUndefined();
    const canvas = ['doejane_1_11_a.py', 'doejane_1_12_b.py', 'roebob_2_13_a.py', 'roebob_2_text.html'];
    expect(platformOf(canvas)).toBe('canvas');
    expect(platformOf(canvas.slice(0, 1))).toBe('canvas');
    expect(platformOf([])).toBeUndefined();
  });

  it('is not Canvas because names have numbers in them', () => {
    expect(platformOf(['hw1_2024_01_jane.py', 'hw1_2024_01_bob.py'])).toBeUndefined();
    expect(platformOf(['hw1_2024_01_jane.py', 'hw1_2024_02_bob.py'])).toBeUndefined();
    expect(platformOf(['jane_2024_01_hw.py', 'bob_2024_02_hw.py'])).toBeUndefined();
    expect(platformOf(['jane_1_5_hw.py', 'bob_2_5_hw.py'])).toBeUndefined();
  });
});

it('repositories of a class share the beginning of their names', () => {
  expect(commonPrefix(['hw1-jane', 'hw1-john'])).toBe('hw1-');
  expect(commonPrefix(['udp-server-anna', 'udp-server-andrea', 'udp-server-bob-1'])).toBe('udp-server-');
  expect(commonPrefix(['jane', 'john'])).toBe('');
  expect(commonPrefix(['hw1-jane'])).toBe('');
  expect(commonPrefix(['hw1-', 'hw1-jane'])).toBe('');
});
